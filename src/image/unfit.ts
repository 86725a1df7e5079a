/** Why something can't be used as an image: one clause, about the thing that the caller names before it. */
export type Unfit = { readonly unfit: string };

/** Says that something can't be used. */
export function unfit(reason: string): Unfit {
	return { unfit: reason };
}

/** Tells the reason from the result. */
export function isUnfit<T extends object>(result: T | Unfit): result is Unfit {
	return "unfit" in result;
}
