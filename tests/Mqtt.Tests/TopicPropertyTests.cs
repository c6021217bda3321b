using CsCheck;
using PlantRuntime.Conformance;
using PlantRuntime.Contracts;
using PlantRuntime.Payloads;
using PlantRuntime.Plugins.Mqtt.Payloads;
using PlantRuntime.Plugins.Mqtt.Topics;

namespace PlantRuntime.Mqtt.Tests;

/// <summary>
/// Property tests of topics, filters, paths and addresses with CsCheck. A failure prints the seed that repeats it.
/// </summary>
public class TopicPropertyTests
{
    private const int Iterations = 20_000;

    private static readonly Gen<string> s_anyText = Gen.String[Gen.OneOf(Gen.Char["/+#$: .[]'\"a0{}"], Gen.Char), 0, 40];
    private static readonly Gen<string[]> s_topicLevels = Gen.OneOf("", "a", "b", "ab", "$SYS", " ").Array[1, 5];
    private static readonly Gen<string[]> s_filterLevels = Gen.OneOf("", "a", "b", "ab", "$SYS", "+", "+", "#").Array[1, 5];

    [Fact]
    public void Filters_match_like_the_recursive_definition() => Gen.Select(s_filterLevels, s_topicLevels).ForAll(
        (filter, topic) =>
        {
            var (filterText, topicText) = (string.Join('/', filter), string.Join('/', topic));
            if (topicText.Length == 0 || TopicFilter.Validate(filterText) is not null) return;
            var expected = !(topicText[0] == '$' && filter[0] is "+" or "#" && topicText[0] == '$') && IsMatch(filter, topic);
            Assert.Equal(expected, TopicFilter.Matches(filterText, topicText));
            Assert.Equal(expected, TopicFilter.Matches($"$share/group/{filterText}", topicText));
        },
        iter: Iterations);

    [Fact]
    public void A_filter_is_either_valid_or_has_an_error_with_its_column() => s_anyText.ForAll(
        text =>
        {
            if (TopicFilter.Validate(text) is { } error) Assert.InRange(error.Column, 1, text.Length + 1);
            else Assert.Equal(text.Contains('#', StringComparison.Ordinal), text.EndsWith('#'));
        },
        iter: Iterations);

    [Fact]
    public void Any_name_becomes_one_valid_topic_level() => Gen.String.ForAll(
        name =>
        {
            var level = TopicName.ToLevel(name);
            Assert.DoesNotContain('/', level);
            Assert.Equal(name.Length == 0, TopicName.Validate(level) is not null);
            Assert.Equal(level, TopicName.ToLevel(level));
        },
        iter: Iterations);

    [Fact]
    public void A_template_is_either_invalid_or_creates_a_valid_topic() => s_anyText.ForAll(
        template =>
        {
            if (TopicTemplate.Validate(template) is not null) return;
            Assert.Null(TopicName.Validate(new TopicTemplate(template).Expand("site", "device", "tag")!));
        },
        iter: Iterations);

    [Fact]
    public void A_path_round_trips() =>
        Gen.OneOf(
            Gen.Int[0, 1000].Select(index => new JsonPathStep(null, index)),
            Gen.String[Gen.Char["ab.[]$ °'"], 0, 8].Select(key => new JsonPathStep(key))).Array[1, 5].ForAll(
            steps =>
            {
                var text = "$" + string.Concat(steps.Select(s => s.Key is null ? $"[{s.Index}]" : $"[\"{s.Key}\"]"));
                Assert.Equal(steps, JsonPath.Parse(text, out var error));
                Assert.Null(error);
            },
            iter: Iterations);

    [Fact]
    public void An_address_is_either_parsed_or_has_a_problem_with_its_column() => s_anyText.ForAll(
        text =>
        {
            var address = MqttAddress.Parse(new TagDefinition("t", text), out var problem);
            Assert.Equal(address is null, problem is not null);
            if (problem is not null) Assert.InRange(problem.Column, 1, text.Length + 1);
            else Assert.Null(TopicFilter.Validate(address!.Filter));
        },
        iter: Iterations);

    /// <summary>Matches levels as section 4.7 of MQTT 5.0 defines it, without regard to speed.</summary>
    private static bool IsMatch(ReadOnlySpan<string> filter, ReadOnlySpan<string> topic)
    {
        if (filter.IsEmpty) return topic.IsEmpty;
        if (filter[0] == "#") return true;
        if (topic.IsEmpty) return false;
        return (filter[0] == "+" || filter[0] == topic[0]) && IsMatch(filter[1..], topic[1..]);
    }
}
