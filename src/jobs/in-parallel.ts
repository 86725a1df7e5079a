/** Does the same with every item, a few `atOnce`; resolves with what came of each, in the order of the items. */
export async function inParallel<T, R>(
	items: readonly T[],
	atOnce: number,
	act: (item: T) => Promise<R>,
): Promise<R[]> {
	const results: R[] = [];
	const open = [...items.entries()];
	const work = async () => {
		for (let next = open.shift(); next !== undefined; next = open.shift()) {
			const [at, item] = next;
			results[at] = await act(item);
		}
	};
	await Promise.all(Array.from({ length: atOnce }, work));
	return results;
}
