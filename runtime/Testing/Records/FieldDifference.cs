namespace PlantRuntime.Testing.Records;

/// <summary>A field of a record that is not as expected.</summary>
/// <param name="Path">As recipes and brokers write it: <c>values.amps</c>, <c>changes[0].to</c>.</param>
/// <param name="Column">The column of a table that it is in: the path up to the first list.</param>
/// <param name="Expected">As JSON, or that there is none.</param>
/// <param name="Actual">As JSON, or that there is none.</param>
internal sealed record FieldDifference(string Path, string Column, string Expected, string Actual);
