using System.Text;
using PlantRuntime.Plugins.Mqtt.Topics;

namespace PlantRuntime.Plugins.Mqtt.Payloads;

/// <summary>The plans of topics, each worked out when its first message comes.</summary>
/// <param name="addresses">The tags.</param>
/// <param name="time">Where the time is, if anywhere.</param>
internal sealed class TopicPlans(IReadOnlyList<MqttAddress> addresses, IReadOnlyList<PathStep>? time)
{
    // Far more than a plant's topics; only a wildcard over topics that are invented without end gets beyond.
    private const int Most = 50_000;

    private readonly Dictionary<byte[], TopicPlan> _plans = new(new Utf8Comparer());

    public TopicPlan Of(ReadOnlySpan<byte> topic)
    {
        var known = _plans.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (known.TryGetValue(topic, out var plan)) return plan;
        if (_plans.Count == Most) _plans.Clear();
        return known[topic] = NewPlan(Encoding.UTF8.GetString(topic));
    }

    private TopicPlan NewPlan(string topic) =>
        TopicPlan.Of([.. addresses.Index().Where(a => TopicFilter.Matches(a.Item.Filter, topic))], time);
}
