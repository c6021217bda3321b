using PlantRuntime.Contracts;
using PlantRuntime.Host.Sites.Binding;

namespace PlantRuntime.Host.Sites;

/// <summary>The keys of a device that are the host's; all others are its driver's.</summary>
internal sealed class DeviceOptions : IValidatedOptions
{
    public static IReadOnlyCollection<string> Keys { get; } = OptionsBinder.Keys(typeof(DeviceOptions)).Keys;

    public required string Driver { get; init; }

    public TimeSpan Poll { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(3);

    public ReconnectOptions Reconnect { get; init; } = new();

    public IEnumerable<(string Key, string Message)> Validate()
    {
        if (Poll < TimeSpan.FromMilliseconds(1)) yield return ("poll", "poll is at least 1ms");
        if (Timeout < TimeSpan.FromMilliseconds(1)) yield return ("timeout", "timeout is at least 1ms");
    }
}
