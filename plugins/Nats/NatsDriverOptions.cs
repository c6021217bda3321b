using PlantRuntime.Contracts;
using PlantRuntime.Payloads;
using PlantRuntime.Plugins.Nats.Subjects;

namespace PlantRuntime.Plugins.Nats;

/// <summary>Options of a NATS device in site.toml: a stream from whose messages tags are read. Immutable.</summary>
public sealed class NatsDriverOptions : NatsOptions
{
    /// <summary>Name of the stream; it must exist.</summary>
    /// <example>stream = "PLANT"</example>
    public required string Stream { get; init; }

    /// <summary>
    /// Name of the durable consumer, which remembers what is acknowledged; by default made of the names of site and device. Hosts with the
    /// same consumer share its messages.
    /// </summary>
    /// <example>consumer = "historian"</example>
    public string? Consumer { get; init; }

    /// <summary>
    /// Path of the time in a payload, written as in a tag's address. Without it, or without a valid time, the time at which the stream
    /// stored the message is used, which is the same at each delivery.
    /// </summary>
    /// <example>time = "ts"</example>
    public string? Time { get; init; }

    /// <summary>Messages that may be delivered and not yet acknowledged at a time, by all hosts of the consumer together.</summary>
    [Bounds(1, 50_000)]
    public int MaxInFlight { get; init; } = 1000;

    /// <summary>Time after which a message that is not acknowledged is delivered again.</summary>
    public TimeSpan AckWait { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Deliveries of one message, after which it goes to <see cref="DeadLetterSubject"/> instead; unlimited by default.</summary>
    /// <example>max_deliver = 5</example>
    [Bounds(1, 1000)]
    public int? MaxDeliver { get; init; }

    /// <summary>
    /// Subject for messages that were delivered too often; a stream must take it. Required with <see cref="MaxDeliver"/>.
    /// </summary>
    /// <example>dead_letter_subject = "dead.plant"</example>
    public string? DeadLetterSubject { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<(string Key, string Message)> Validate()
    {
        foreach (var problem in base.Validate()) yield return problem;
        foreach (var (key, name) in new[] { ("stream", Stream), ("consumer", Consumer) })
        {
            if (name is not null && (name.Length == 0 || name.AsSpan().IndexOfAny(" .*>/\\\t\r\n") >= 0))
                yield return (key, $"'{name}' is not a name: expected one without blanks, dots, slashes, * and >");
        }

        if (Time is not null && JsonPath.Parse(Time, out var time) is null) yield return ("time", $"column {time!.Column}: {time.Message}");
        if (AckWait < TimeSpan.FromSeconds(1) || AckWait > TimeSpan.FromDays(1))
            yield return ("ack_wait", "expected \"1s\" to \"1d\", for instance \"60s\"");
        if (MaxDeliver is not null && DeadLetterSubject is null)
            yield return ("max_deliver", "requires dead_letter_subject: the messages would be lost");
        if (DeadLetterSubject is not null && SubjectName.Validate(DeadLetterSubject) is { } dead)
            yield return ("dead_letter_subject", dead.Message);
    }
}
