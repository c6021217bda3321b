using CsCheck;
using PlantRuntime.Conformance;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes.Tests;

public class StateMappingTests
{
    private static readonly OperatorPath s_line = new(null, "line");
    private static readonly OperatorPath s_deadband = s_line.Append("Deadband", ["speed"], 0.5);
    private static readonly OperatorPath s_change = s_line.Append("OnChange", []);

    private static readonly Gen<OperatorPath> s_path =
        Gen.Select(Gen.Int[0, 1], Gen.Select(Gen.Int[0, 1], Gen.Int[0, 1], Gen.Int[0, 1]).List[1, 2], (device, steps) => steps.Aggregate(
            new OperatorPath(null, $"d{device}"), (path, s) => path.Append(s.Item1 == 0 ? "Rate" : "Ewma", [$"t{s.Item2}"], s.Item3)));

    [Fact]
    public void Equal_paths_are_paired_in_order_whatever_stands_between_them()
    {
        var mapping =
            StateMapping.Create([s_deadband, s_change, s_change], [s_change, s_line.Append("Every", []), s_change, s_deadband, s_change]);
        Assert.Equal([(0, 3), (1, 0), (2, 2)], mapping.Pairs);
        Assert.Empty(mapping.Dropped);
    }

    [Theory]
    [InlineData("OnChange on line: it is no longer there")]
    [InlineData("OnChange on line: its tags changed", "speed")]
    [InlineData("OnChange on line: its arguments changed from () to (2)", "", 2)]
    public void A_lost_state_has_the_reason_of_the_most_similar_operator(string reason, string? tags = null, int? argument = null)
    {
        OperatorPath[] now = tags is null ? [s_deadband] : [s_deadband, s_line.Append("OnChange", tags.Length > 0 ? [tags] : [], argument)];
        Assert.Equal([reason], StateMapping.Create([s_change], now).Dropped);
    }

    [Fact]
    public void A_changed_operator_before_it_is_named_and_each_new_operator_explains_one_loss()
    {
        var behind = s_line.Append("Scale", ["speed"], 2).Append("Rate", ["speed"]);
        var other = s_line.Append("Scale", ["speed"], 3).Append("Rate", ["speed"]);
        Assert.Equal(
            ["Rate on line.speed: what comes before it changed", "Rate on line.speed: it is no longer there"],
            StateMapping.Create([behind, behind], [other]).Dropped);
    }

    [Fact]
    public void Every_old_operator_is_paired_once_or_dropped_once() => Gen.Select(s_path.List[0, 8], s_path.List[0, 8]).ForAll((old, now) =>
    {
        var mapping = StateMapping.Create(old, now);
        Assert.Equal(old.Count, mapping.Pairs.Count + mapping.Dropped.Count);
        Assert.Equal(mapping.Pairs.Count, mapping.Pairs.Select(p => p.Old).Distinct().Count());
        Assert.Equal(mapping.Pairs.Count, mapping.Pairs.Select(p => p.New).Distinct().Count());
        Assert.All(mapping.Pairs, p => Assert.Equal(old[p.Old], now[p.New]));

        // As many as possible: of each path the smaller number of both sides.
        Assert.Equal(old.Distinct().Sum(p => Math.Min(old.Count(o => o == p), now.Count(n => n == p))), mapping.Pairs.Count);
    });

    [Fact]
    public void A_path_survives_its_text() => Gen.Select(s_path, Gen.String[0, 12]).ForAll((path, text) =>
    {
        var last = path.Append("Select", [text], OperatorPath.NormalizeLambda(text));
        Assert.Equal(path, OperatorPath.Parse(path.ToString()));
        Assert.Equal(last, OperatorPath.Parse(last.ToString()));
    });
}
