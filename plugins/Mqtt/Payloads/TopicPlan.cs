namespace PlantRuntime.Plugins.Mqtt.Payloads;

/// <summary>What to look for in the messages of one topic.</summary>
/// <param name="Texts">Places of the tags that take the payload as text.</param>
/// <param name="Values">Places of the tags that take values out of JSON.</param>
/// <param name="Root">Where in the JSON they are.</param>
internal sealed record TopicPlan(int[] Texts, int[] Values, PathNode Root)
{
    /// <summary>True once it was said that the time of this topic is none.</summary>
    public bool IsTimeWarned { get; set; }

    /// <param name="matching">The tags whose filters match it, with their places.</param>
    /// <param name="time">Where the time is, if anywhere.</param>
    public static TopicPlan Of(IReadOnlyList<(int Index, MqttAddress Address)> matching, IReadOnlyList<PathStep>? time)
    {
        var values = matching.Where(m => !m.Address.IsText).ToArray();
        var root = new PathNode();
        foreach (var (index, address) in values) root.At(address.Path).Tags.Add(index);
        if (time is not null) root.At(time).IsTime = true;
        return new TopicPlan([.. matching.Where(m => m.Address.IsText).Select(m => m.Index)], [.. values.Select(m => m.Index)], root);
    }
}
