using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace PlantRuntime.Web.Tests.Api;

/// <summary>Edits of site.toml in <c>/api/site/plan</c>, and the state that recipes carry over in <c>/api/recipes</c>.</summary>
[Trait("Needs", "Process")]
public sealed class SitePlanTests
{
    private const string Recipe = """
        Plant.line.Scans.OnChange("level").To(Sinks.lines);
        Plant.line.Scans.Deadband("speed", 0.5).To(Sinks.lines);
        """;

    [Fact]
    public async Task An_edit_is_applied_then_one_refused_and_then_withdrawn()
    {
        await using var web = await WebFixture.StartAsync();
        Assert.Equal("""{"last":null,"applied":null}""", await web.Client.GetStringAsync("/api/site/plan"));

        var good = WebFixture.SiteToml.Replace("50ms", "60ms", StringComparison.Ordinal);
        Write(web, "site.toml", good);
        await web.Log.WhenAsync("SITE state=Changed");
        var plan = await PlanAsync(web);
        Assert.True(JsonNode.DeepEquals(plan["applied"], plan["last"]));
        var applied = plan["applied"]!;
        Assert.Equal(("Applied", true), ((string?)applied["outcome"], (bool?)applied["disruptive"]));
        Assert.Equal("""{"section":"devices","name":"line","change":"restarts: poll"}""", Assert.Single(applied["changes"]!.AsArray())!.ToJsonString());

        Write(web, "site.toml", good.Replace("[sinks.lines]", "[sinks.lines", StringComparison.Ordinal));
        await web.Log.WhenAsync("SITE state=Held");
        plan = await PlanAsync(web);
        Assert.Equal(("Refused", null), ((string?)plan["last"]!["outcome"], (bool?)plan["last"]!["disruptive"]));
        Assert.Empty(plan["last"]!["changes"]!.AsArray());
        Assert.StartsWith("site.toml:", (string?)plan["last"]!["problems"]![0], StringComparison.Ordinal);
        Assert.True(JsonNode.DeepEquals(applied, plan["applied"]));

        Write(web, "site.toml", good);
        await web.Log.WhenAsync("SITE state=Running reason=\"site.toml is again as it runs\"");
        Assert.True(JsonNode.DeepEquals(applied, (await PlanAsync(web))["last"]));
    }

    [Fact]
    public async Task An_edit_that_a_recipe_does_not_build_with_is_refused_with_its_plan()
    {
        await using var web = await WebFixture.StartAsync();
        Write(web, "site.toml", WebFixture.SiteToml.Replace("[sinks.lines]", "[sinks.others]", StringComparison.Ordinal));
        await web.Log.WhenAsync("SITE state=Held");
        var last = (await PlanAsync(web))["last"]!;
        Assert.Equal(("Refused", true), ((string?)last["outcome"], (bool?)last["disruptive"]));
        Assert.Equal(
            ["sinks others: added", "sinks lines: removed"],
            last["changes"]!.AsArray().Select(c => $"{c!["section"]} {c["name"]}: {c["change"]}"));
        Assert.Contains("recipes/all.csx(1,", (string?)last["problems"]![0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_edit_that_a_recipe_fails_with_is_rolled_back_with_the_reason()
    {
        await using var web = await WebFixture.StartAsync(recipe: """
            Plant.line.Scans.OnChange("level")
                .Payload(s => new { level = s["level"].Int > 5 ? throw new FormatException("too full") : s["level"].Int }).To(Sinks.lines);
            """);
        Write(web, "site.toml", WebFixture.SiteToml.Replace("const 5", "const 6", StringComparison.Ordinal));
        await web.Log.WhenAsync("SITE state=Back");
        var plan = await PlanAsync(web);
        Assert.Null(plan["applied"]);
        Assert.Equal("RolledBack", (string?)plan["last"]!["outcome"]);
        Assert.Equal("line", (string?)plan["last"]!["changes"]![0]!["name"]);
        Assert.Contains("too full", (string?)Assert.Single(plan["last"]!["problems"]!.AsArray()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_swapped_recipe_names_the_operators_that_kept_their_state_that_begin_anew_and_that_lost_it()
    {
        await using var web = await WebFixture.StartAsync(recipe: Recipe);
        var state = await StateAsync(web);
        Assert.Equal(("None", null), ((string?)state["source"], (string?)state["saved"]));
        Assert.Equal(["OnChange on line.level", "Deadband on line.speed"], Texts(state["begun"]));

        Write(web, "recipes/all.csx", Recipe.Replace("0.5", "2", StringComparison.Ordinal));
        await web.Log.WhenAsync("RECIPE name=recipes/all.csx state=Running version=2");
        state = await StateAsync(web);
        Assert.Equal("Version", (string?)state["source"]);
        Assert.Equal(["OnChange on line.level"], Texts(state["kept"]));
        Assert.Equal(["Deadband on line.speed"], Texts(state["begun"]));
        Assert.Equal(["Deadband on line.speed: its arguments changed from (0.5) to (2)"], Texts(state["lost"]));
    }

    [Fact]
    public async Task A_recipe_that_starts_with_the_state_of_the_disk_tells_when_that_was_saved()
    {
        const string StateFile = "data/state/recipes/all.csx.state";
        byte[] saved;
        await using (var before = await WebFixture.StartAsync(recipe: Recipe))
        {
            await before.Host.DisposeAsync();
            saved = await File.ReadAllBytesAsync(Path.Combine(before.Folder, StateFile));
        }

        await using var web = await WebFixture.StartAsync(recipe: Recipe, prepare: site =>
        {
            Directory.CreateDirectory(Path.GetDirectoryName(site.At(StateFile))!);
            File.WriteAllBytes(site.At(StateFile), saved);
        });
        var state = await StateAsync(web);
        Assert.Equal("Disk", (string?)state["source"]);
        Assert.Equal(["OnChange on line.level", "Deadband on line.speed"], Texts(state["kept"]));
        Assert.Empty(Texts(state["begun"]));
        Assert.NotNull(state["saved"]);
    }

    private static void Write(WebFixture web, string file, string text) => File.WriteAllText(Path.Combine(web.Folder, file), text);

    private static async Task<JsonNode> PlanAsync(WebFixture web) => (await web.Client.GetFromJsonAsync<JsonNode>("/api/site/plan"))!;

    private static async Task<JsonNode> StateAsync(WebFixture web) =>
        (await web.Client.GetFromJsonAsync<JsonArray>("/api/recipes"))![0]!["carried_state"]!;

    private static IEnumerable<string> Texts(JsonNode? list) => list!.AsArray().Select(item => (string)item!);
}
