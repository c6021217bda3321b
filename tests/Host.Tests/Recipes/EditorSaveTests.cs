using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Time;

namespace PlantRuntime.Host.Tests.Recipes;

/// <summary>However an editor saves, it is one reload, of the whole file, with state.</summary>
public sealed class EditorSaveTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ManualTimeProvider _time = new();

    private static readonly string[] s_editors = ["rename over", "truncate, then write", "two writes", "delete, then create", "beside"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task One_save_is_one_reload_with_state()
    {
        await using var bench = new RecipeBench(_folder, _time);
        bench.Write(Recipe(1));
        await bench.LookAsync();
        bench.Scan(10);
        Assert.Equal("""{"v":1,"speed":10}""", await bench.NextAsync());
        for (var version = 2; version < s_editors.Length + 2; version++)
        {
            await SaveAsync(bench, s_editors[version - 2], Recipe(version));
            for (var i = 0; i < 3; i++) await bench.LookAsync();
            bench.Scan((10 * version) - 9);
            bench.Scan(10 * version);
            Assert.Equal($$"""{"v":{{version}},"speed":{{10 * version}}}""", await bench.NextAsync());
            Assert.Equal(version, bench.Count("RECIPE state=Running"));
        }

        Assert.Equal(s_editors.Length, bench.Count("STATE carried=1"));
        Assert.Equal(0, bench.Count("ERROR"));
    }

    [Fact]
    public async Task A_deleted_recipe_ends_with_its_records_out_and_its_state_gone()
    {
        await using var bench = new RecipeBench(_folder, _time);
        bench.Write(Recipe(1));
        await bench.LookAsync();
        bench.Scan(10);
        await bench.NextAsync();
        _time.Advance(TimeSpan.FromSeconds(10));
        bench.Book.Watch();
        await bench.UntilAsync(() => File.Exists(bench.StateFile));
        bench.Scan(20);
        var lines = bench.Log.All.Count;
        File.Delete(_folder.Of(RecipeBench.File));
        await bench.SettleAsync();
        Assert.Equal("""{"v":1,"speed":20}""", await bench.NextAsync());
        await bench.Log.WhenAsync("RECIPE name=recipes/line.csx state=Removed");
        Assert.Equal(lines + 1, bench.Log.All.Count);
        Assert.False(File.Exists(bench.StateFile));
        Assert.Empty(bench.Book.Entries);
    }

    [Fact]
    public async Task A_recipe_deleted_while_the_host_was_down_takes_its_state_with_it()
    {
        await using (var bench = new RecipeBench(_folder, _time))
        {
            bench.Write(Recipe(1));
            await bench.LookAsync();
            bench.Scan(10);
            await bench.NextAsync();
        }

        File.Move(_folder.Of(RecipeBench.File), _folder.Of("recipes/other.csx"));
        await using var later = new RecipeBench(_folder, _time);
        Assert.True(File.Exists(later.StateFile));
        await later.LookAsync();
        Assert.False(File.Exists(later.StateFile));
    }

    private static string Recipe(int version) =>
        $$"""Plant.line.Scans.Only("speed").Deadband("speed", 5).Payload(s => new { v = {{version}}, speed = s["speed"].Number }).To(Sinks.lines);""";

    /// <summary>The host looks at each step.</summary>
    private static async Task SaveAsync(RecipeBench bench, string editor, string text)
    {
        var path = bench.Folder.Of(RecipeBench.File);
        switch (editor)
        {
            case "rename over":
                bench.Write(text, RecipeBench.File + ".AbCdEf");
                await bench.SettleAsync();
                File.Move(path + ".AbCdEf", path, overwrite: true);
                break;
            case "truncate, then write":
                bench.Write("");
                await bench.SettleAsync();
                bench.Write(text[..20]);
                await bench.LookAsync();
                bench.Write(text);
                break;
            case "two writes":
                bench.Write(text + "\n\n");
                await bench.LookAsync();
                bench.Write(text);
                break;
            case "delete, then create":
                File.Delete(path);
                await bench.LookAsync();
                bench.Write(text);
                break;
            default:
                // What vim, Emacs and others leave beside the file while it is open; the lock of Emacs points nowhere.
                foreach (var name in new[] { ".line.csx.swp", ".line.csx", "line.csx~", "line.csx.bak", "line.csx.tmp", "4913" }) bench.Write("no recipe", "recipes/" + name);
                File.CreateSymbolicLink(bench.Folder.Of("recipes/.#line.csx"), "user@host.1234");
                await bench.SettleAsync();
                bench.Write(text);
                break;
        }
    }
}
