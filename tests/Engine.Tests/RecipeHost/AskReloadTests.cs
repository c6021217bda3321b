using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Engine.RecipeHost;
using PlantRuntime.Engine.Tests.Sinks;

namespace PlantRuntime.Engine.Tests.RecipeHost;

/// <summary>A recipe that asks is edited, broken, stopped and removed while questions are open.</summary>
[Trait("Needs", "Process")]
public sealed class AskReloadTests(TemporaryFolder folder) : IClassFixture<TemporaryFolder>
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public async Task A_reload_with_open_questions_neither_loses_nor_reorders_answers()
    {
        var sink = new AnsweringSink();
        using var replies = new SemaphoreSlim(0);
        sink.AnswerAfter(replies);
        await using var fixture = new RecipeFixture(folder, _time, service: sink);
        await fixture.SaveAsync(Recipe(1));
        for (var i = 1; i <= 20; i++) fixture.Scan(i);
        var got = new List<string>();
        for (var version = 1; version <= 4; version++)
        {
            replies.Release(5);
            while (got.Count < version * 5) got.Add(await fixture.NextAsync());
            await fixture.UntilAsync(() => sink.Asked.Count == Math.Min(20, (version * 5) + 1));
            await fixture.SaveAsync(Recipe(version + 1));
        }

        Assert.Equal(Enumerable.Range(1, 20).Select(i => $$"""{"version":{{((i - 1) / 5) + 1}},"speed":{{i}}}"""), got);
        Assert.Equal(20, sink.Asked.Select(a => a.Id).Distinct().Count());
    }

    [Fact]
    public async Task An_answer_that_stops_a_recipe_is_asked_for_again_by_the_version_before()
    {
        var sink = new AnsweringSink();
        await using var fixture = new RecipeFixture(folder, _time, service: sink);
        await fixture.SaveAsync(Recipe(1));
        fixture.Scan(1);
        Assert.Equal("""{"version":1,"speed":1}""", await fixture.NextAsync());
        await fixture.SaveAsync(Recipe(2).Replace(
            ".Payload(a =>", ".Where(a => { while (true) { } }).Payload(a =>", StringComparison.Ordinal));
        fixture.Scan(2);
        await fixture.UntilAsync(() => sink.Asked.Count == 2);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (fixture.Slot.Version != 1)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            fixture.Manager.Supervise();
            await Task.Delay(1, patience.Token);
        }

        Assert.Equal("""{"version":1,"speed":2}""", await fixture.NextAsync());
    }

    [Fact]
    public async Task A_question_that_an_edit_removes_becomes_a_rejected_request()
    {
        var sink = new AnsweringSink();
        using var replies = new SemaphoreSlim(0);
        sink.AnswerAfter(replies);
        await using var fixture = new RecipeFixture(folder, _time, service: sink);
        await fixture.SaveAsync(Recipe(1));
        fixture.Scan(1);
        await fixture.UntilAsync(() => sink.Asked.Count == 1);
        await fixture.SaveAsync("""Plant.line.Scans.Payload(s => new { n = s["speed"] }).To(Sinks.lines);""");
        replies.Release();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (fixture.Count("REJECTED service nobody takes its answer") == 0)
        {
            _time.Advance(TimeSpan.FromSeconds(5));
            await Task.Delay(1, patience.Token);
        }

        fixture.Scan(2);
        Assert.Equal("""{"n":2}""", await fixture.NextAsync());
        Assert.Single(sink.Asked);
    }

    [Fact]
    public async Task Answers_with_wrong_content_cause_no_rollback()
    {
        var sink = new AnsweringSink { OnAsk = (_, _) => Task.FromResult(AnsweringSink.Reply("<html>busy</html>")) };
        await using var fixture = new RecipeFixture(folder, _time, service: sink);
        await fixture.SaveAsync(Recipe(1));
        await fixture.SaveAsync(Recipe(2));
        for (var i = 0; i < 20; i++) fixture.Scan(i);
        await fixture.UntilAsync(() => fixture.Slot.Faults == 20);
        Assert.Equal((2, SlotState.Watched), (fixture.Slot.Version, fixture.Slot.State));
        await fixture.UntilAsync(() => fixture.Count("FAULT at=recipes/line.csx is not JSON") > 0);
    }

    private static string Recipe(int version) => $$"""
        Plant.line.Scans.Payload(s => new { speed = s["speed"] }).Ask(Sinks.service, name: "speed")
            .Payload(a => new { version = {{version}}, speed = a.Json.GetProperty("speed") }).To(Sinks.lines);
        """;
}
