using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;
using PlantRuntime.Plugins.Nats.Session;
using PlantRuntime.Plugins.Nats.Subjects;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Nats.Consuming;

/// <summary>
/// Creates the durable consumer of a device if it is missing, and compares an existing one with site.toml. It never changes
/// an existing one. Immutable.
/// </summary>
/// <param name="options">The device's options.</param>
/// <param name="name">Name of the consumer.</param>
internal sealed class ConsumerVerifier(NatsDriverOptions options, string name)
{
    /// <summary>Creates or verifies the consumer.</summary>
    /// <param name="jetStream">JetStream of an open session.</param>
    /// <param name="patterns">The subject patterns of all tags.</param>
    /// <param name="cancel">Ends the calls.</param>
    /// <exception cref="LinkException">It differs; the message names every difference.</exception>
    /// <exception cref="NatsJSApiException">The stream does not exist, or the server refuses.</exception>
    public async ValueTask<INatsJSConsumer> EnsureAsync(
        NatsJSContext jetStream, IReadOnlyCollection<string> patterns, CancellationToken cancel)
    {
        var consumer = await FindAsync(jetStream, cancel).ConfigureAwait(false)
            ?? await jetStream.CreateConsumerAsync(options.Stream, CreateConfig(patterns), cancel).ConfigureAwait(false);
        return Compare(consumer.Info.Config, patterns) is { } problem ? throw new LinkException(problem) : consumer;
    }

    /// <summary>Returns the consumer, or null if it does not exist.</summary>
    /// <exception cref="NatsJSApiException">The stream does not exist, or the server refuses.</exception>
    public async ValueTask<INatsJSConsumer?> FindAsync(NatsJSContext jetStream, CancellationToken cancel)
    {
        try
        {
            return await jetStream.GetConsumerAsync(options.Stream, name, cancel).ConfigureAwait(false);
        }
        catch (NatsJSApiException e) when (e.Error.ErrCode == NatsErrors.ConsumerNotFound)
        {
            return null;
        }
    }

    /// <summary>Returns how an existing consumer differs from site.toml and what to do, or null.</summary>
    public string? Compare(ConsumerConfig found, IReadOnlyCollection<string> patterns)
    {
        string[] differences = [.. FindDifferences(found, patterns)];
        return differences.Length == 0 ? null
            : $"consumer {name} of stream {options.Stream} exists and differs from site.toml: {string.Join(", ", differences)}. Nothing "
                + "was changed: change site.toml, choose another consumer, or delete it with nats consumer rm";
    }

    private IEnumerable<string> FindDifferences(ConsumerConfig found, IReadOnlyCollection<string> patterns)
    {
        if (found.AckPolicy != ConsumerConfigAckPolicy.Explicit) yield return $"its ack policy is {found.AckPolicy}, not explicit";
        if (!string.IsNullOrEmpty(found.DeliverSubject)) yield return "it pushes its messages";
        string[] filters = [.. (found.FilterSubjects ?? []).Append(found.FilterSubject).OfType<string>().Where(f => f.Length > 0)];
        if (filters.Length > 0 && patterns.FirstOrDefault(p => !filters.Any(f => SubjectName.Covers(f, p))) is { } missing)
            yield return $"its filter {string.Join(' ', filters)} does not let {missing} through";
        if (found.AckWait != options.AckWait) yield return $"ack_wait is {found.AckWait:c}, not {options.AckWait:c}";
        if (found.MaxAckPending != options.MaxInFlight) yield return $"max_in_flight is {found.MaxAckPending}, not {options.MaxInFlight}";
        if (found.MaxDeliver > 0) yield return $"it drops a message after {found.MaxDeliver} deliveries without a dead letter";
    }

    private ConsumerConfig CreateConfig(IReadOnlyCollection<string> patterns) => new(name)
    {
        AckPolicy = ConsumerConfigAckPolicy.Explicit,
        AckWait = options.AckWait,
        MaxAckPending = options.MaxInFlight,
        DeliverPolicy = ConsumerConfigDeliverPolicy.All,
        // Servers before 2.10 know one filter only. Without a filter, messages without a tag are acknowledged and dropped.
        FilterSubject = patterns.FirstOrDefault(wide => patterns.All(p => SubjectName.Covers(wide, p))),
    };
}
