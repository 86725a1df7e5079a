/** What a workflow asked to have tested; globs unresolved. */
export type StructureInputs = Readonly<{
	configs: readonly string[];
	/** The container-structure-test to use. */
	binary?: string;
	/** How long one config may take with one image, in ms. */
	timeoutMs: number;
	/** Where JUnit XML is to be written. */
	report?: string;
}>;
