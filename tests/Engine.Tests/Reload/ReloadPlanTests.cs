using System.Text.Json;
using PlantRuntime.Engine.Reload;
using PlantRuntime.Sites.Models;

namespace PlantRuntime.Engine.Tests.Reload;

public class ReloadPlanTests
{
    private static readonly RecipeSnapshot s_recipe = new(
        "recipes/press.csx", "1", ["press"], [], ["broker"], [], [], ["press\tDeadband\tcurrent\t0.5", "press\tRate\tpieces\t"]);

    private static readonly SiteModel s_site = new()
    {
        Folder = "/site", Name = "hall",
        Devices = [SiteParts.Device("press", SiteParts.Tag("current"), SiteParts.Tag("pieces")), SiteParts.Device("lab")],
        Sinks = [SiteParts.Sink("broker", DeliveryKind.Queued), SiteParts.Sink("screen")],
    };

    [Fact]
    public void The_same_changes_nothing()
    {
        var plan = Plan(s_site with { Devices = [s_site.Devices[1], s_site.Devices[0]] }, s_recipe);
        Assert.True(plan.IsEmpty);
        Assert.False(plan.IsDisruptive);
        Assert.Equal(["kept", "kept", "kept", "kept", "kept"], plan.Lines(all: true).Select(l => l[2]));
    }

    [Fact]
    public void Every_part_is_told_with_what_is_done_to_it()
    {
        var plan = Plan(
            s_site with
            {
                Name = "other",
                Limits = new LimitOptions { RecipeTime = TimeSpan.FromSeconds(1) },
                Devices = [s_site.Devices[0] with { Poll = TimeSpan.FromSeconds(2) }, SiteParts.Device("oven")],
                Sinks = [s_site.Sinks[0] with { Queue = new QueueOptions { MaxAge = TimeSpan.FromDays(1) } },
                    s_site.Sinks[1] with { Sink = "console" }],
            },
            s_recipe with { Meaning = "2", Sinks = ["screen"],
                OperatorPaths = ["press\tDeadband\tcurrent\t1", s_recipe.OperatorPaths[1]] });
        Assert.Equal(
            [
                "site [site] takes effect at the next start: name",
                "site [limits] kept; changes at once: recipe_time",
                "devices press restarts: poll",
                "devices oven added",
                "devices lab removed",
                "sinks broker kept; changes at once: queue.max_age",
                "sinks screen restarts: sink",
                "recipes press.csx swapped: + route press.csx > screen, - route press.csx > broker; state: 1 carried, dropped: "
                    + "Deadband on press.current: its arguments changed from (0.5) to (1)",
            ],
            plan.Lines(all: false).Select(l => string.Join(' ', l)));
        Assert.True(plan.IsDisruptive);
    }

    [Fact]
    public void The_page_changes_at_the_next_start()
    {
        var web = new WebOptions { Listen = "127.0.0.1:9108", MetricsTags = ["press.*"], Tls = new WebTlsOptions() };
        Assert.Equal("site [web] takes effect at the next start: added", Line(s_site, s_site with { Web = web }));
        Assert.Equal("site [web] takes effect at the next start: removed", Line(s_site with { Web = web }, s_site));
        Assert.Equal("site [web] takes effect at the next start: listen, metrics_tags",
            Line(s_site with { Web = web }, s_site with { Web = web with { Listen = "127.0.0.1:1", MetricsTags = ["lab.*"] } }));

        static string Line(SiteModel running, SiteModel next) => string.Join(' ', Assert.Single(
            ReloadPlan.Compare(SiteSnapshot.From(running, []), SiteSnapshot.From(next, [])).Lines(all: false)));
    }

    [Fact]
    public void A_recipe_that_swaps_with_all_its_state_is_not_felt()
    {
        var plan = Plan(s_site, s_recipe with { Meaning = "2" });
        Assert.Equal("swapped; state: 2 carried", Assert.Single(plan.Lines(all: false))[2]);
        Assert.False(plan.IsDisruptive);
    }

    [Fact]
    public void A_recipe_that_goes_takes_its_state_with_it()
    {
        var plan = Plan(s_site, s_recipe with { File = "recipes/new.csx" });
        Assert.Equal(["added: + route new.csx > broker", "removed: - route press.csx > broker; state: dropped: "
            + "Deadband on press.current: the recipe is gone, Rate on press.pieces: the recipe is gone"], plan.Lines(all: false)
                .Select(l => l[2]));
        Assert.True(plan.IsDisruptive);
    }

    [Theory]
    [InlineData("tag", true)]
    [InlineData("address", false)]
    [InlineData("delivery", true)]
    [InlineData("sink", false)]
    [InlineData("queue", true)]
    public void A_recipe_swaps_when_what_it_holds_is_replaced(string what, bool swaps)
    {
        var (press, broker) = (s_site.Devices[0], s_site.Sinks[0]);
        var next = what switch
        {
            "tag" => s_site with { Devices = [press with { Tags = [.. press.Tags, SiteParts.Tag("new")] }, s_site.Devices[1]] },
            "address" =>
                s_site with { Devices = [press with { Tags = [press.Tags[0] with { Address = "other" }, press.Tags[1]] },
                    s_site.Devices[1]] },
            "delivery" => s_site with { Sinks = [broker with { Delivery = DeliveryKind.Direct }, s_site.Sinks[1]] },
            "sink" => s_site with { Sinks = [broker with { Sink = "other" }, s_site.Sinks[1]] },
            _ => s_site with { Limits = new LimitOptions { RecipeQueue = 8 } },
        };
        Assert.Equal(swaps ? ChangeKind.Swapped : ChangeKind.Kept, Assert.Single(Plan(next, s_recipe).Recipes).Kind);
    }

    [Theory]
    [InlineData("press", false)]
    [InlineData("lab", true)]
    public void A_recipe_is_made_anew_when_a_device_changes_whose_blocks_or_writable_tags_it_uses(string device, bool isConcerned)
    {
        var next = s_site with { Devices =
            [.. s_site.Devices.Select(d => d.Name == device ? d with { Poll = TimeSpan.FromSeconds(2) } : d)] };
        var recipe = s_recipe with { Accesses = ["lab"] };
        Assert.Equal(isConcerned, Plan(next, recipe).NeedsReplan(recipe));
        Assert.Equal(ChangeKind.Kept, Assert.Single(Plan(next, recipe).Recipes).Kind);
    }

    [Fact]
    public void A_version_that_failed_is_not_promised_again()
    {
        var running = SiteSnapshot.From(s_site, [s_recipe with { Refused = "2" }]);
        var plan = ReloadPlan.Compare(running,
            SiteSnapshot.From(s_site, [s_recipe with { Meaning = "2", Sinks = [], OperatorPaths = [] }]));
        Assert.Equal("kept: the file as it is now has run and failed, and the version before is back",
            Assert.Single(plan.Lines(all: false))[2]);
        Assert.True(plan is { IsEmpty: true, IsDisruptive: false });
    }

    [Fact]
    public void It_is_the_same_on_the_other_side_of_the_socket()
    {
        var here = SiteSnapshot.From(s_site, [s_recipe with { Mirrors = ["a > b"], Writes = ["press.set"] }]);
        var there = JsonSerializer.Deserialize(JsonSerializer.Serialize(here, ReloadJson.Default.SiteSnapshot),
            ReloadJson.Default.SiteSnapshot)!;
        Assert.True(ReloadPlan.Compare(here, there).IsEmpty);
        Assert.Equal(here.Recipes[0].ParseOperatorPaths(), there.Recipes[0].ParseOperatorPaths());
    }

    private static ReloadPlan Plan(SiteModel next, RecipeSnapshot recipe) =>
        ReloadPlan.Compare(SiteSnapshot.From(s_site, [s_recipe]), SiteSnapshot.From(next with { Name = "hall" }, [recipe], next));
}
