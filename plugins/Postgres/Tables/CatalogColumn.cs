namespace PlantRuntime.Plugins.Postgres.Tables;

/// <summary>A column as the database has it.</summary>
/// <param name="Name">Name.</param>
/// <param name="Type">Name of its type in the catalog: "float8".</param>
/// <param name="MustBeGiven">True when it may not be null and has no default.</param>
internal sealed record CatalogColumn(string Name, string Type, bool MustBeGiven);
