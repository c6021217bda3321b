using PlantRuntime.Contracts;

namespace PlantRuntime.Engine.Devices;

/// <summary>
/// Prepares tags that are read when somebody asks, on any driver: to read back a write, for <c>plant read</c> and <c>plant doctor</c>.
/// Stateless.
/// </summary>
internal static class OnDemand
{
    /// <summary>Returns a reader that reads the tags now and changes no subscription.</summary>
    /// <exception cref="RefusedException">The device only sends values by itself.</exception>
    /// <exception cref="AddressException">Some addresses are invalid.</exception>
    public static IReader Prepare(IDriver driver, string device, IReadOnlyList<TagDefinition> tags) => driver is ISubscriber subscriber
        ? subscriber.PrepareReads(tags) ?? throw new RefusedException($"{device} sends values by itself and cannot be asked for them")
        : driver.Prepare(tags);
}
