using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Nats.Subjects;

namespace PlantRuntime.Plugins.Nats;

/// <summary>
/// The stream of a NATS sink. An existing stream is compared with the keys that are given here and is never changed; keys that are not
/// given may have any value. Immutable.
/// </summary>
public sealed class NatsStreamOptions
{
    /// <summary>Name of the stream.</summary>
    /// <example>name = "PLANT"</example>
    public required string Name { get; init; }

    /// <summary>False if the sink must not create a missing stream.</summary>
    public bool Create { get; init; } = true;

    /// <summary>Subjects of the stream; for a new stream by default those of the sink, with <c>*</c> for each name.</summary>
    /// <example>subjects = ["plant.>"]</example>
    public IReadOnlyList<string>? Subjects { get; init; }

    /// <summary>Copies of the stream in the cluster; 1 for a new stream by default.</summary>
    /// <example>replicas = 3</example>
    [Bounds(1, 5)]
    public int? Replicas { get; init; }

    /// <summary>Age from which on messages are deleted; unlimited for a new stream by default.</summary>
    /// <example>max_age = "7d"</example>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>Size of all messages; unlimited for a new stream by default.</summary>
    /// <example>max_size = "10GB"</example>
    public ByteSize? MaxSize { get; init; }

    /// <summary>Number of messages; unlimited for a new stream by default.</summary>
    /// <example>max_messages = 1000000</example>
    [Bounds(1, long.MaxValue)]
    public long? MaxMessages { get; init; }

    /// <summary>
    /// Time in which the server recognizes a record that comes again; 2 min for a new stream by default. The server keeps the identities of
    /// that time in memory.
    /// </summary>
    /// <example>duplicate_window = "10min"</example>
    public TimeSpan? DuplicateWindow { get; init; }

    /// <summary>True to keep the stream in memory: it is lost when its servers stop. A file by default.</summary>
    /// <example>memory = true</example>
    public bool? Memory { get; init; }

    /// <summary>
    /// True if a full stream refuses new messages, which then wait in the queue of this sink; false if it deletes its oldest, the default.
    /// </summary>
    /// <example>refuse_when_full = true</example>
    public bool? RefuseWhenFull { get; init; }

    /// <summary>Returns the errors, each beginning with the key.</summary>
    internal IEnumerable<string> Check()
    {
        if (Name.Length == 0 || Name.AsSpan().IndexOfAny(" .*>/\\\t\r\n") >= 0)
            yield return $"name: '{Name}' is not a stream's name: expected one without blanks, dots, slashes, * and >";
        foreach (var subject in Subjects ?? [])
        {
            if (SubjectName.ValidatePattern(subject) is { } problem) yield return $"subjects: '{subject}' {problem.Message}";
        }

        if (Subjects is { Count: 0 }) yield return "subjects: is empty";
        if (MaxAge <= TimeSpan.Zero) yield return "max_age: expected a duration such as \"7d\"";
        if (MaxSize is { Bytes: <= 0 }) yield return "max_size: expected a size such as \"10GB\"";
        if (DuplicateWindow < TimeSpan.FromMilliseconds(100)) yield return "duplicate_window: expected \"100ms\" or more, such as \"2min\"";
        if (DuplicateWindow > MaxAge) yield return "duplicate_window: is longer than max_age, which the server does not allow";
    }
}
