namespace PlantRuntime.Plugins.Postgres.Copy;

/// <summary>This record can never be stored; says why.</summary>
internal sealed class UnstorableException(string message) : Exception(message);
