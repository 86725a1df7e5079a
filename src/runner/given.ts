/** The properties that have a value, and no others: an optional property is absent, never undefined. */
export function given<Values extends object>(
	values: Values,
): { [Key in keyof Values]?: Exclude<Values[Key], undefined> } {
	const entries = Object.entries(values).filter(([, value]) => value !== undefined);
	return Object.fromEntries(entries) as { [Key in keyof Values]?: Exclude<Values[Key], undefined> };
}
