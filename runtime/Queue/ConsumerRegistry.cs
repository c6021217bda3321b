namespace PlantRuntime.Queue;

/// <summary>
/// Holds the latest <see cref="QueueConsumer"/> of each sink. Owned by one <see cref="DiskQueue"/>; any thread may
/// call it; locks internally.
/// </summary>
internal sealed class ConsumerRegistry
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, QueueConsumer> _consumers = new(StringComparer.Ordinal);

    /// <summary>Adds a consumer and closes the earlier one of the same sink.</summary>
    public void Open(QueueConsumer consumer)
    {
        lock (_gate)
        {
            if (_consumers.TryGetValue(consumer.Sink, out var old)) old.Close();
            _consumers[consumer.Sink] = consumer;
        }
    }

    /// <summary>Returns the consumer of a sink; null if it never had one.</summary>
    public QueueConsumer? Find(string sink)
    {
        lock (_gate) return _consumers.GetValueOrDefault(sink);
    }

    /// <summary>Returns the consumers whose session wants rows. Called on the queue thread.</summary>
    public QueueConsumer[] Waiting()
    {
        lock (_gate) return [.. _consumers.Values.Where(c => c.IsWaiting)];
    }

    /// <summary>Closes all consumers at the end of the queue.</summary>
    public void Close()
    {
        lock (_gate)
        {
            foreach (var consumer in _consumers.Values) consumer.Close();
        }
    }
}
