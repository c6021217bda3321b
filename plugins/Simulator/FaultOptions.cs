using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Simulator;

/// <summary>One scheduled fault of a simulated device in site.toml. Times are relative to the driver's first connect. Immutable.</summary>
public sealed class FaultOptions : IValidatedOptions
{
    /// <summary>The kind of the fault.</summary>
    public required FaultKind Kind { get; init; }

    /// <summary>Time of the first beginning.</summary>
    public TimeSpan After { get; init; }

    /// <summary>Duration of the fault; without it, it does not end.</summary>
    public TimeSpan? For { get; init; }

    /// <summary>Time from one beginning to the next; without it, the fault occurs once.</summary>
    public TimeSpan? Every { get; init; }

    /// <summary>
    /// For <see cref="FaultKind.Bad"/>: pattern of tag names, with <c>*</c> for any characters and <c>?</c> for one. Without it all tags.
    /// </summary>
    public string? Tag { get; init; }

    /// <summary>For <see cref="FaultKind.Bad"/>: the quality of the bad tags; without it bad_device.</summary>
    public Quality? Quality { get; init; }

    /// <summary>For <see cref="FaultKind.Bad"/>: the reason in the log.</summary>
    public string? Reason { get; init; }

    /// <summary>For <see cref="FaultKind.Slow"/>: the additional latency.</summary>
    public TimeSpan? Delay { get; init; }

    /// <inheritdoc/>
    public IEnumerable<(string Key, string Message)> Validate()
    {
        if (After < TimeSpan.Zero) yield return ("after", "a fault cannot begin before the first connect");
        if (For <= TimeSpan.Zero) yield return ("for", "a fault lasts longer than 0");
        if (Every is not null && For is null) yield return ("every", "a fault that comes again needs for: how long it lasts each time");
        if (Every <= For) yield return ("every", "must be longer than for, else the fault never ends");
        if (Kind != FaultKind.Bad)
        {
            if (Tag is not null) yield return ("tag", OnlyFor("tag", FaultKind.Bad));
            if (Quality is not null) yield return ("quality", OnlyFor("quality", FaultKind.Bad));
            if (Reason is not null) yield return ("reason", OnlyFor("reason", FaultKind.Bad));
        }

        if (Quality == Contracts.Quality.Good) yield return ("quality", "good is no fault: expected stale or one of the bad ones");
        if (Kind == FaultKind.Slow && Delay is null) yield return ("delay", "a slow fault needs delay, for instance delay = \"800ms\"");
        if (Kind != FaultKind.Slow && Delay is not null) yield return ("delay", OnlyFor("delay", FaultKind.Slow));
        if (Delay <= TimeSpan.Zero) yield return ("delay", "an answer is late by more than 0");
    }

    private string OnlyFor(string key, FaultKind kind) => $"{key} belongs to a {Word(kind)} fault, and this is a {Word(Kind)} fault";

    private static string Word(FaultKind kind) => kind.ToString().ToLowerInvariant();
}

/// <summary>The kind of a fault.</summary>
public enum FaultKind
{
    /// <summary>Reads are not answered until the host cancels them. The connection stays open.</summary>
    Timeout,

    /// <summary>Some tags are bad; the others are unaffected.</summary>
    Bad,

    /// <summary>The connection breaks and connects are refused.</summary>
    Disconnect,

    /// <summary>Reads are answered late.</summary>
    Slow,
}
