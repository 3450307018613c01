/** The package's entry `kulti/recordings`. */
export * from "@kulti/recordings";
