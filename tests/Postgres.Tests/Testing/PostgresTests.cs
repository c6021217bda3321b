namespace PlantRuntime.Postgres.Tests;

/// <summary>The tests that share a server.</summary>
[CollectionDefinition(Name)]
public sealed class PostgresTests : ICollectionFixture<SharedServer>
{
    public const string Name = "postgres";
}
