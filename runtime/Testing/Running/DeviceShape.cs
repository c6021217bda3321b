using PlantRuntime.Contracts;

namespace PlantRuntime.Testing.Running;

/// <summary>A device of site.toml as a simulation needs to know it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Tags">Its tags.</param>
/// <param name="FirstValues">What they hold at first, by place.</param>
/// <param name="Groups">The tags by their rates; each with the host's own buffer.</param>
internal sealed record DeviceShape(
    string Name, IReadOnlyList<Tag> Tags, IReadOnlyList<Value> FirstValues, IReadOnlyList<GroupShape> Groups);
