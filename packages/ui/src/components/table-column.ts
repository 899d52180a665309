import { ElTableColumn } from 'element-plus';

/** A table column whose row is typed in its slots; Element Plus's own leaves it open. */
interface TypedColumn<T> { $props: { label?: string; prop?: keyof T & string; width?: number | string; minWidth?: number | string; align?: 'left' | 'right' | 'center'; fixed?: 'left' | 'right' | boolean }; $slots: { default?: (scope: { row: T; $index: number }) => unknown; header?: () => unknown } }
export function columnOf<T>(): new () => TypedColumn<T> { return ElTableColumn as unknown as new () => TypedColumn<T>; }
