export { Editor as default } from '../fields/FieldEditor.tsx';
