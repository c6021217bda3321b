using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Engine.RecipeHost;

namespace PlantRuntime.Engine.Tests.RecipeHost;

/// <summary>Every transition of a recipe's slot. All tests share a folder, so that each recipe is compiled once.</summary>
[Trait("Needs", "Process")]
public sealed class RecipeSlotTests(TemporaryFolder folder) : IClassFixture<TemporaryFolder>
{
    private readonly ManualTimeProvider _time = new();

    [Theory]
    [InlineData("Empty", "edit", "Empty → Running v1")]
    [InlineData("Empty", "broken edit", "Empty → Empty v0")]
    [InlineData("Empty", "site reload", "Empty → Running v1")]
    [InlineData("Empty", "watch by site", "Empty → Empty v0")]
    [InlineData("Empty", "end watch", "Empty → Empty v0")]
    [InlineData("Empty", "remove", "Empty → Empty v0")]
    [InlineData("Running", "edit", "Running → Watched v2")]
    [InlineData("Running", "broken edit", "Running → Running v1")]
    [InlineData("Running", "site reload", "Running → WatchedBySite v2")]
    [InlineData("Running", "watch by site", "Running → WatchedBySite v1")]
    [InlineData("Running", "fault", "Running → Running v1")]
    [InlineData("Running", "stop", "Running → Stopped v1")]
    [InlineData("Running", "over memory", "Running → Stopped v0")]
    [InlineData("Running", "end", "Running → Empty v0")]
    [InlineData("Running", "remove", "Running → Empty v0")]
    [InlineData("Watched", "edit", "Watched → Watched v3")]
    [InlineData("Watched", "broken edit", "Watched → Watched v2")]
    [InlineData("Watched", "site reload", "Watched → WatchedBySite v3")]
    [InlineData("Watched", "fault", "Watched → Running v1")]
    [InlineData("Watched", "stop", "Watched → Running v1")]
    [InlineData("Watched", "over memory", "Watched → Running v1")]
    [InlineData("Watched", "time", "Watched → Running v2")]
    [InlineData("Watched", "end watch", "Watched → Running v2")]
    [InlineData("Watched", "end site watch", "Watched → Watched v2")]
    [InlineData("Watched", "end", "Watched → Empty v0")]
    [InlineData("WatchedBySite", "edit", "WatchedBySite → Watched v3")]
    [InlineData("WatchedBySite", "broken edit", "WatchedBySite → WatchedBySite v2")]
    [InlineData("WatchedBySite", "fault", "WatchedBySite → WatchedBySite v2, site fault")]
    [InlineData("WatchedBySite", "stop", "WatchedBySite → WatchedBySite v2, site fault")]
    [InlineData("WatchedBySite", "time", "WatchedBySite → WatchedBySite v2")]
    [InlineData("WatchedBySite", "end watch", "WatchedBySite → Running v2")]
    [InlineData("WatchedBySite", "end site watch", "WatchedBySite → Running v2")]
    [InlineData("WatchedBySite", "roll back", "WatchedBySite → Running v1")]
    [InlineData("WatchedBySite", "stop, end site watch", "WatchedBySite → Stopped v2")]
    [InlineData("WatchedBySite", "stop, roll back", "WatchedBySite → Running v1")]
    [InlineData("WatchedBySite", "end", "WatchedBySite → Empty v0")]
    [InlineData("Stopped", "edit", "Stopped → Running v2")]
    [InlineData("Stopped", "broken edit", "Stopped → Stopped v1")]
    [InlineData("Stopped", "site reload", "Stopped → Running v2")]
    [InlineData("Stopped", "watch by site", "Stopped → Stopped v1")]
    [InlineData("Stopped", "end watch", "Stopped → Stopped v1")]
    [InlineData("Stopped", "roll back", "Stopped → Stopped v1")]
    [InlineData("Stopped", "remove", "Stopped → Empty v0")]
    public async Task An_event_leads_to_the_expected_state(string state, string events, string expected)
    {
        await using var fixture = new RecipeFixture(folder, _time);
        await RaiseAsync(fixture, state switch
        {
            "Empty" => "broken edit",
            "Running" => "edit",
            "Watched" => "edit, edit",
            "WatchedBySite" => "edit, site reload",
            _ => "edit, stop",
        });
        var slot = fixture.Slot;
        Assert.Equal(state, slot.State.ToString());
        await RaiseAsync(fixture, events, slot);
        await fixture.UntilAsync(
            () => expected == $"{state} → {slot.State} v{slot.Version}{(slot.SiteFault is null ? "" : ", site fault")}");
    }

    private async Task RaiseAsync(RecipeFixture fixture, string events, RecipeSlot? slot = null)
    {
        foreach (var name in events.Split(", ")) await RaiseOneAsync(fixture, name, slot ?? fixture.Manager.Slots.FirstOrDefault());
    }

    private async Task RaiseOneAsync(RecipeFixture fixture, string name, RecipeSlot? slot)
    {
        switch (name)
        {
            case "edit" when slot is null:
                fixture.Write(Recipe(1));
                await fixture.PollAsync();
                break;
            case "edit":
                await fixture.SaveAsync(Recipe(slot.Version + 1));
                break;
            case "broken edit" when slot is null:
                fixture.Write("broken;");
                await fixture.PollAsync();
                break;
            case "broken edit":
                await fixture.SaveAsync("broken again;");
                break;
            case "site reload":
                fixture.Write(Recipe(slot!.Version + 1));
                var builder = fixture.Manager.Builder;
                var result = await builder.BuildAsync(RecipeFixture.File, _ => null, slot.NewFaultQuota(), default);
                await slot.ApplyAsync(result, SwapReason.SiteReload, default);
                break;
            case "watch by site":
                await slot!.WatchBySiteAsync();
                break;
            case "fault":
                fixture.Scan(60);
                await fixture.Log.WhenAsync("FAULT too fast");
                break;
            case "stop":
                var before = slot!.State;
                slot.Current!.Runner.Stop("the test stops it");
                await fixture.UntilAsync(() => before switch
                {
                    SlotState.Watched => slot.State == SlotState.Running,
                    SlotState.WatchedBySite => slot.SiteFault is not null,
                    _ => slot.State == SlotState.Stopped,
                });
                break;
            case "over memory":
                slot!.StopOverMemory("the test stops it");
                break;
            case "time":
                _time.Advance(TimeSpan.FromSeconds(30));
                fixture.Manager.Supervise();
                break;
            case "end watch":
                await slot!.EndWatchAsync();
                break;
            case "end site watch":
                await slot!.EndWatchAsync(SlotState.WatchedBySite);
                break;
            case "roll back":
                await slot!.RollBackWithSiteAsync(1);
                break;
            case "end":
                await slot!.StopAsync();
                break;
            default:
                await slot!.RemoveAsync();
                break;
        }
    }

    private static string Recipe(int version) =>
        $$"""Plant.line.Scans.Payload(s => new { v = s["speed"].Number > 50 ? throw new FormatException("too fast") : {{version}} }).To(Sinks.lines);""";
}
