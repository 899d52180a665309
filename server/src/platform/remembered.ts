/** A pure function of a text whose few values come again and again, computed once each. @param most so many are kept; beyond that it begins anew. */
export function remembered(of: (text: string) => string, most = 20_000): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    let made = known.get(text);
    if (made !== undefined) return made;
    if (known.size >= most) known.clear();
    known.set(text, (made = of(text)));
    return made;
  };
}
