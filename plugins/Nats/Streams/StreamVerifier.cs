using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Nats.Session;
using PlantRuntime.Plugins.Nats.Subjects;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Nats.Streams;

/// <summary>
/// Creates the stream of a sink if it is missing, and compares an existing one with site.toml. It never changes an existing stream. Called
/// within ConnectAsync and by the diagnosis. Immutable.
/// </summary>
/// <param name="options">The stream in site.toml.</param>
/// <param name="patterns">Patterns of the subjects that the sink publishes to.</param>
internal sealed class StreamVerifier(NatsStreamOptions options, IReadOnlyList<string> patterns)
{
    private static readonly TimeSpan s_duplicateWindow = TimeSpan.FromMinutes(2);

    /// <summary>Creates or verifies the stream.</summary>
    /// <exception cref="LinkException">It is missing and must not be created, or differs; the message names every difference.</exception>
    /// <exception cref="NatsJSApiException">The server refuses.</exception>
    public async ValueTask EnsureAsync(NatsJSContext jetStream, CancellationToken cancel)
    {
        var found = await FindAsync(jetStream, cancel).ConfigureAwait(false);
        if (found is null)
        {
            if (!options.Create) throw new LinkException($"stream {options.Name} does not exist: create it, or remove create = false");
            if (FindUncovered(Subjects) is { } missing) throw new LinkException(DescribeUncovered(missing));
            var created = await jetStream.CreateStreamAsync(CreateConfig(), cancel).ConfigureAwait(false);
            found = created.Info;
        }

        if (Compare(found.Config) is { } problem) throw new LinkException(problem);
    }

    /// <summary>Returns the stream, or null if it does not exist.</summary>
    /// <exception cref="NatsJSApiException">The server refuses.</exception>
    public async ValueTask<StreamInfo?> FindAsync(NatsJSContext jetStream, CancellationToken cancel)
    {
        try
        {
            return (await jetStream.GetStreamAsync(options.Name, cancellationToken: cancel).ConfigureAwait(false)).Info;
        }
        catch (NatsJSApiException e) when (e.Error.ErrCode == NatsErrors.StreamNotFound)
        {
            return null;
        }
    }

    /// <summary>Returns how an existing stream differs from site.toml and what to do, or null.</summary>
    public string? Compare(StreamConfig found)
    {
        string[] subjects = [.. found.Subjects ?? []];
        if (FindUncovered(subjects) is { } missing) return DescribeUncovered(missing);
        if (found.NoAck) return $"stream {options.Name} acknowledges nothing (no_ack): set core = true, or recreate it";
        if (found.Sealed) return $"stream {options.Name} is sealed: it stores nothing any more";
        string[] differences = [.. FindDifferences(found, subjects)];
        return differences.Length == 0 ? null
            : $"stream {options.Name} exists and differs from site.toml: {string.Join(", ", differences)}. Nothing was changed: change "
                + "site.toml, or the stream with nats stream edit";
    }

    private IReadOnlyList<string> Subjects => options.Subjects ?? patterns;

    private string? FindUncovered(IReadOnlyList<string> subjects) =>
        patterns.FirstOrDefault(p => !subjects.Any(s => SubjectName.Covers(s, p)));

    private string DescribeUncovered(string pattern) =>
        $"stream {options.Name} does not take the subjects {pattern} of this sink: add them to the stream's subjects, or change subject";

    private IEnumerable<string> FindDifferences(StreamConfig found, string[] subjects)
    {
        if (options.Subjects is { } wanted && !wanted.ToHashSet(StringComparer.Ordinal).SetEquals(subjects))
            yield return $"subjects is {string.Join(' ', subjects)}, not {string.Join(' ', wanted)}";
        if (options.Replicas is { } replicas && replicas != found.NumReplicas)
            yield return $"replicas is {found.NumReplicas}, not {replicas}";
        if (options.MaxAge is { } age && age != found.MaxAge) yield return $"max_age is {Text(found.MaxAge)}, not {Text(age)}";
        if (options.MaxSize is { } size && size.Bytes != found.MaxBytes)
            yield return $"max_size is {(found.MaxBytes < 0 ? "unlimited" : new ByteSize(found.MaxBytes))}, not {size}";
        if (options.MaxMessages is { } count && count != found.MaxMsgs)
            yield return $"max_messages is {(found.MaxMsgs < 0 ? "unlimited" : found.MaxMsgs)}, not {count}";
        if (options.DuplicateWindow is { } window && window != found.DuplicateWindow)
            yield return $"duplicate_window is {Text(found.DuplicateWindow)}, not {Text(window)}";
        if (options.Memory is { } memory && memory != (found.Storage == StreamConfigStorage.Memory))
            yield return $"memory is {(memory ? "false, not true" : "true, not false")}";
        if (options.RefuseWhenFull is { } refuse && refuse != (found.Discard == StreamConfigDiscard.New))
            yield return $"refuse_when_full is {(refuse ? "false, not true" : "true, not false")}";
    }

    private static string Text(TimeSpan time) => time == TimeSpan.Zero ? "unlimited" : $"{time:c}";

    private StreamConfig CreateConfig() => new(options.Name, [.. Subjects])
    {
        NumReplicas = options.Replicas ?? 1,
        MaxAge = options.MaxAge ?? TimeSpan.Zero,
        MaxBytes = options.MaxSize?.Bytes ?? -1,
        MaxMsgs = options.MaxMessages ?? -1,
        DuplicateWindow = options.DuplicateWindow
            ?? (options.MaxAge is { } age && age < s_duplicateWindow ? age : s_duplicateWindow),
        Storage = options.Memory == true ? StreamConfigStorage.Memory : StreamConfigStorage.File,
        Discard = options.RefuseWhenFull == true ? StreamConfigDiscard.New : StreamConfigDiscard.Old,
    };
}
