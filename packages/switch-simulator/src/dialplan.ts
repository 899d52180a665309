export interface DialplanAction { application: string; data: string }
export interface DialplanCondition { field: string; expression: RegExp; breakWhen: 'on-false' | 'on-true' | 'always' | 'never'; actions: readonly DialplanAction[]; antiActions: readonly DialplanAction[] }
export interface DialplanContext { name: string; extensions: readonly { name: string; continues: boolean; conditions: readonly DialplanCondition[] }[] }
export interface DialplanMatch { extension: string; actions: DialplanAction[] }

/**
 * Walks a context as mod_dialplan_xml does: conditions in order, actions of those that match, anti-actions of those that do not; an
 * extension that gave any stops the walk. `$1` in data is the group of the condition; `${…}` stays and is expanded when executed.
 * @param field value of a condition's field (a profile field, or an expression already expanded)
 */
export function walkDialplan(context: DialplanContext, field: (name: string) => string): DialplanMatch | null {
  const gathered: DialplanAction[] = [];
  let name: string | null = null;
  for (const extension of context.extensions) {
    const actions: DialplanAction[] = [];
    let taken = false;
    for (const condition of extension.conditions) {
      const found = condition.expression.exec(condition.field === '' ? '' : field(condition.field));
      const list = found ? condition.actions : condition.antiActions;
      actions.push(...list.map((action) => (found ? { ...action, data: action.data.replace(/\$(\d)/g, (_, group: string) => found[Number(group)] ?? '') } : action)));
      taken = found !== null || list.length > 0;
      if (condition.breakWhen === 'always' || (found ? condition.breakWhen === 'on-true' : condition.breakWhen === 'on-false')) break;
    }
    if (!taken) continue;
    gathered.push(...actions);
    name ??= extension.name;
    if (!extension.continues) break;
  }
  return name === null ? null : { extension: name, actions: gathered };
}
