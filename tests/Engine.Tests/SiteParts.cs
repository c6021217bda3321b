using PlantRuntime.Sites;
using PlantRuntime.Sites.Models;
using PlantRuntime.Sites.Toml;

namespace PlantRuntime.Engine.Tests;

/// <summary>Pieces of a site model for tests that need no site.toml.</summary>
internal static class SiteParts
{
    public static SourceLocation At { get; } = new("site.toml", 1, 1);

    public static DeviceModel Device(string name, params IReadOnlyList<TagModel> tags) => new()
    {
        Name = name, At = At, Driver = "script", DriverAt = At, Poll = TimeSpan.FromSeconds(1), Timeout = TimeSpan.FromSeconds(3),
        Reconnect = new ReconnectOptions(),
        Tags = tags, Settings = new TomlTable(At), Scalars = new Dictionary<string, object>(),
    };

    public static TagModel Tag(string name, TimeSpan? poll = null) =>
        new() { Name = name, At = At, Address = name, AddressAt = At, Poll = poll };

    public static SinkModel Sink(string name, DeliveryKind delivery = DeliveryKind.Direct, QueueOptions? queue = null) =>
        new() { Name = name, At = At, Sink = "script", SinkAt = At, Delivery = delivery, Queue = queue ?? new(),
            Settings = new TomlTable(At) };
}
