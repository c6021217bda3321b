using System.Text;
using PlantRuntime.Payloads;
using PlantRuntime.Plugins.Mqtt.Topics;

namespace PlantRuntime.Plugins.Mqtt.Payloads;

/// <summary>
/// Creates and caches the plan of each topic with its first message. Owned by one <see cref="MessageReader"/>; called only within
/// IReader.ReadAsync, one call at a time; not thread-safe.
/// </summary>
/// <param name="addresses">The addresses of all tags.</param>
/// <param name="time">Path of the payload's time, if configured.</param>
internal sealed class TopicPlanCache(IReadOnlyList<MqttAddress> addresses, IReadOnlyList<JsonPathStep>? time)
{
    // Bounds the memory when a wildcard matches an unlimited number of topics: a full cache is cleared.
    private const int MaxTopics = 50_000;

    private readonly Dictionary<byte[], PayloadPlan> _plans = new(new Utf8Comparer());

    /// <summary>Returns the plan of a topic, which is given in UTF-8. A known topic allocates nothing.</summary>
    public PayloadPlan GetOrCreate(ReadOnlySpan<byte> topic)
    {
        var known = _plans.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (known.TryGetValue(topic, out var plan)) return plan;
        if (_plans.Count == MaxTopics) _plans.Clear();
        return known[topic] = CreatePlan(Encoding.UTF8.GetString(topic));
    }

    private PayloadPlan CreatePlan(string topic) => PayloadPlan.Create(topic, [.. FindTags(topic)], time);

    private IEnumerable<PayloadTag> FindTags(string topic)
    {
        foreach (var (index, address) in addresses.Index().Where(a => TopicFilter.Matches(a.Item.Filter, topic)))
        {
            if (address.Topic is null) yield return new PayloadTag(index, address.Path, address.IsText);
            else if (address.Topic.From(topic) is { } part) yield return new PayloadTag(index, [], Constant: part);
        }
    }
}
