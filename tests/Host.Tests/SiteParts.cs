using PlantRuntime.Host.Sites;
using PlantRuntime.Host.Sites.Toml;

namespace PlantRuntime.Host.Tests;

/// <summary>Pieces of a site model for tests that need no site.toml.</summary>
internal static class SiteParts
{
    public static Position At { get; } = new("site.toml", 1, 1);

    public static TomlTable EmptyTable() => new(At, TomlTableOrigin.Header);
}
