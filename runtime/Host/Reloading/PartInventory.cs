using PlantRuntime.Host.Sites;

namespace PlantRuntime.Host.Reloading;

/// <summary>A device or a sink.</summary>
/// <param name="Name">Its name in site.toml.</param>
/// <param name="Settings">All that site.toml and its tag table say of it.</param>
internal sealed record PartInventory(string Name, IReadOnlyList<Setting> Settings);
