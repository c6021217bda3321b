using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Simulator;

/// <summary>One scheduled fault. Times count from the driver's first connect.</summary>
public sealed class FaultOptions
{
    /// <summary>What goes wrong.</summary>
    public required FaultKind Kind { get; init; }

    /// <summary>When it begins.</summary>
    public TimeSpan After { get; init; }

    /// <summary>How long it lasts; without it, for ever.</summary>
    public TimeSpan? For { get; init; }

    /// <summary>Time from one beginning to the next; without it, it comes once.</summary>
    public TimeSpan? Every { get; init; }

    /// <summary>For <see cref="FaultKind.Bad"/>: which tags, by name; <c>*</c> stands for any letters, <c>?</c> for one. All, when not given.</summary>
    public string? Tag { get; init; }

    /// <summary>For <see cref="FaultKind.Bad"/>: the quality of the bad tags; bad_device when not given.</summary>
    public Quality? Quality { get; init; }

    /// <summary>For <see cref="FaultKind.Bad"/>: why, as the log shows it.</summary>
    public string? Reason { get; init; }

    /// <summary>For <see cref="FaultKind.Slow"/>: how much later than usual.</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>The kind as site.toml spells it.</summary>
    internal string Word => Kind.ToString().ToLowerInvariant();

    /// <summary>Everything that is wrong with it.</summary>
    internal IEnumerable<string> Problems()
    {
        if (After < TimeSpan.Zero) yield return "after is less than 0";
        if (For <= TimeSpan.Zero) yield return "for must be more than 0";
        if (Every is not null && For is null) yield return "every needs for: how long it lasts each time";
        if (Every <= For) yield return "every must be longer than for, else the fault never ends";
        if (Kind != FaultKind.Bad && (Tag is not null || Quality is not null || Reason is not null))
            yield return "tag, quality and reason belong to a bad fault; this one hits the whole device";
        if (Quality == Contracts.Quality.Good) yield return "quality good is no fault";
        if (Kind == FaultKind.Slow && Delay is null) yield return "needs delay, for instance delay = \"800ms\"";
        if (Kind != FaultKind.Slow && Delay is not null) yield return "delay belongs to a slow fault";
        if (Delay <= TimeSpan.Zero) yield return "delay must be more than 0";
    }
}
