using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Nats.Subjects;

namespace PlantRuntime.Plugins.Nats;

/// <summary>Options of a NATS sink in site.toml.</summary>
public sealed class NatsSinkOptions : NatsOptions
{
    /// <summary>Subject of the records; <c>{site}</c>, <c>{device}</c> and <c>{tag}</c> are replaced by names.</summary>
    /// <example>subject = "plant.{site}.{device}"</example>
    public required string Subject { get; init; }

    /// <summary>Subject of records that have no value for a name in <see cref="Subject"/>; without it they are rejected.</summary>
    /// <example>fallback_subject = "plant.{site}.other"</example>
    public string? FallbackSubject { get; init; }

    /// <summary>The JetStream stream that stores the records and acknowledges them. Required unless <see cref="Core"/> is true.</summary>
    /// <example>stream = { name = "PLANT", replicas = 3 }</example>
    public NatsStreamOptions? Stream { get; init; }

    /// <summary>
    /// True to publish without a stream: at most once. Only subscribers that are connected at that moment get the records, and nothing
    /// tells whether there was one.
    /// </summary>
    public bool Core { get; init; }

    /// <summary>Messages that may be unacknowledged at a time. 1 keeps the order even if the server refuses a single message.</summary>
    [Bounds(1, 10_000)]
    public int MaxInFlight { get; init; } = 256;

    /// <inheritdoc/>
    public override IEnumerable<(string Key, string Message)> Validate()
    {
        foreach (var problem in base.Validate()) yield return problem;
        if (SubjectTemplate.Validate(Subject) is { } subject) yield return ("subject", subject);
        if (FallbackSubject is not null && SubjectTemplate.Validate(FallbackSubject) is { } fallback)
            yield return ("fallback_subject", fallback);
        if (Core && Stream is not null) yield return ("core", "publishes without a stream: remove core or stream");
        if (!Core && Stream is null)
        {
            yield return ("stream", "is missing: give stream = { name = \"PLANT\" }, or core = true to publish at most once");
        }

        foreach (var problem in Stream?.Check() ?? []) yield return ("stream", problem);
    }
}
