namespace PlantRuntime.Postgres.Tests;

/// <summary>The tests that share a server.</summary>
[CollectionDefinition(Name)]
public sealed class PostgresCollection : ICollectionFixture<PostgresFixture>
{
    public const string Name = "postgres";
}
