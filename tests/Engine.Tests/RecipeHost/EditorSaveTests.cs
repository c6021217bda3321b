using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Time;

namespace PlantRuntime.Engine.Tests.RecipeHost;

/// <summary>However an editor saves, it is one reload, of the whole file, with state.</summary>
[Trait("Needs", "Process")]
public sealed class EditorSaveTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ManualTimeProvider _time = new();

    private static readonly string[] s_editors = ["rename over", "truncate, then write", "two writes", "delete, then create", "beside"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task One_save_is_one_reload_with_state()
    {
        await using var fixture = new RecipeFixture(_folder, _time);
        fixture.Write(Recipe(1));
        await fixture.PollAsync();
        fixture.Scan(10);
        Assert.Equal("""{"v":1,"speed":10}""", await fixture.NextAsync());
        for (var version = 2; version < s_editors.Length + 2; version++)
        {
            await SaveAsync(fixture, s_editors[version - 2], Recipe(version));
            for (var i = 0; i < 3; i++) await fixture.PollAsync();
            fixture.Scan((10 * version) - 9);
            fixture.Scan(10 * version);
            Assert.Equal($$"""{"v":{{version}},"speed":{{10 * version}}}""", await fixture.NextAsync());
            Assert.Equal(version, fixture.Count("RECIPE state=Running"));
        }

        Assert.Equal(s_editors.Length, fixture.Count("STATE carried=1"));
        Assert.Equal(0, fixture.Count("ERROR"));
    }

    [Fact]
    public async Task A_deleted_recipe_ends_with_its_records_out_and_its_state_gone()
    {
        await using var fixture = new RecipeFixture(_folder, _time);
        fixture.Write(Recipe(1));
        await fixture.PollAsync();
        fixture.Scan(10);
        await fixture.NextAsync();
        _time.Advance(TimeSpan.FromSeconds(10));
        fixture.Manager.Supervise();
        await fixture.UntilAsync(() => File.Exists(fixture.StateFile));
        fixture.Scan(20);
        var lines = fixture.Log.All.Count;
        File.Delete(_folder.Of(RecipeFixture.File));
        await fixture.SettleAsync();
        Assert.Equal("""{"v":1,"speed":20}""", await fixture.NextAsync());
        await fixture.Log.WhenAsync("RECIPE name=recipes/line.csx state=Removed");
        Assert.Equal(lines + 1, fixture.Log.All.Count);
        Assert.False(File.Exists(fixture.StateFile));
        Assert.Empty(fixture.Manager.Slots);
    }

    [Fact]
    public async Task A_recipe_deleted_while_the_host_was_down_takes_its_state_with_it()
    {
        await using (var fixture = new RecipeFixture(_folder, _time))
        {
            fixture.Write(Recipe(1));
            await fixture.PollAsync();
            fixture.Scan(10);
            await fixture.NextAsync();
        }

        File.Move(_folder.Of(RecipeFixture.File), _folder.Of("recipes/other.csx"));
        await using var later = new RecipeFixture(_folder, _time);
        Assert.True(File.Exists(later.StateFile));
        await later.PollAsync();
        Assert.False(File.Exists(later.StateFile));
    }

    private static string Recipe(int version) =>
        $$"""Plant.line.Scans.Only("speed").Deadband("speed", 5).Payload(s => new { v = {{version}}, speed = s["speed"].Number }).To(Sinks.lines);""";

    /// <summary>Saves like an editor; the host polls after each step.</summary>
    private static async Task SaveAsync(RecipeFixture fixture, string editor, string text)
    {
        var path = fixture.Folder.Of(RecipeFixture.File);
        switch (editor)
        {
            case "rename over":
                fixture.Write(text, RecipeFixture.File + ".AbCdEf");
                await fixture.SettleAsync();
                File.Move(path + ".AbCdEf", path, overwrite: true);
                break;
            case "truncate, then write":
                fixture.Write("");
                await fixture.SettleAsync();
                fixture.Write(text[..20]);
                await fixture.PollAsync();
                fixture.Write(text);
                break;
            case "two writes":
                fixture.Write(text + "\n\n");
                await fixture.PollAsync();
                fixture.Write(text);
                break;
            case "delete, then create":
                File.Delete(path);
                await fixture.PollAsync();
                fixture.Write(text);
                break;
            default:
                // Files that vim, Emacs and others keep beside an open file; the lock of Emacs is a dangling link.
                foreach (var name in new[] { ".line.csx.swp", ".line.csx", "line.csx~", "line.csx.bak", "line.csx.tmp", "4913" })
                    fixture.Write("no recipe", "recipes/" + name);
                File.CreateSymbolicLink(fixture.Folder.Of("recipes/.#line.csx"), "user@host.1234");
                await fixture.SettleAsync();
                fixture.Write(text);
                break;
        }
    }
}
