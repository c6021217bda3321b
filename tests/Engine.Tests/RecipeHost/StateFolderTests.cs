using PlantRuntime.Conformance;
using PlantRuntime.Engine.RecipeHost.State;

namespace PlantRuntime.Engine.Tests.RecipeHost;

public sealed class StateFolderTests : IDisposable
{
    private readonly TemporaryFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public void A_file_is_read_as_it_was_written_last_and_nothing_else_stays()
    {
        var states = new StateFolder(_data.Path);
        Assert.Null(states.Read("recipes/press.csx"));
        states.Write("recipes/press.csx", [1, 2, 3]);
        states.Write("recipes/press.csx", [4]);
        Assert.Equal([4], states.Read("recipes/press.csx")!);
        Assert.Equal([_data.Of("state", "recipes", "press.csx.state")], Directory.GetFiles(_data.Path, "*", SearchOption.AllDirectories));
        states.Delete("recipes/press.csx");
        states.Delete("recipes/press.csx");
        Assert.Null(states.Read("recipes/press.csx"));
    }

    [Fact]
    public void Nothing_is_created_in_the_place_of_a_site_that_was_moved_away()
    {
        var (site, away) = (_data.Of("site"), _data.Of("away"));
        Directory.CreateDirectory(site);
        var states = new StateFolder(Path.Combine(site, "data"));
        states.Write("recipes/a.csx", [1]);
        Directory.Move(site, away);
        Assert.ThrowsAny<IOException>(() => states.Write("recipes/a.csx", [2]));
        Assert.False(Directory.Exists(site));
        Directory.Move(away, site);
        Directory.Delete(Path.Combine(site, "data"), recursive: true);
        states.Write("recipes/a.csx", [3]);
        Assert.Equal([3], states.Read("recipes/a.csx")!);
    }

    [Fact]
    public void The_state_of_all_recipes_but_some_is_deleted()
    {
        var states = new StateFolder(_data.Path);
        foreach (var recipe in new[] { "recipes/a.csx", "recipes/hall/b.csx", "recipes/c.csx" }) states.Write(recipe, [1]);
        Assert.Equal(["recipes/a.csx", "recipes/c.csx"], states.DeleteAllBut(["recipes/hall/b.csx", "recipes/new.csx"]).Order());
        Assert.NotNull(states.Read("recipes/hall/b.csx"));
        Assert.Null(states.Read("recipes/a.csx"));
    }

    [Fact]
    public void A_damaged_file_is_moved_and_never_overwrites_another_one()
    {
        var states = new StateFolder(_data.Path);
        states.Write("recipes/a.csx", [1]);
        var first = states.MoveAside("recipes/a.csx");
        states.Write("recipes/a.csx", [2]);
        var second = states.MoveAside("recipes/a.csx");
        Assert.Null(states.Read("recipes/a.csx"));
        Assert.Equal("01 02", $"{Convert.ToHexString(File.ReadAllBytes(first))} {Convert.ToHexString(File.ReadAllBytes(second))}");
    }

    [Fact]
    public void A_file_that_is_no_regular_file_or_too_large_is_an_error_and_not_read()
    {
        var states = new StateFolder(_data.Path);
        var path = _data.Of("state", "recipes", "a.csx.state");
        Directory.CreateDirectory(path);
        Assert.Null(states.Read("recipes/a.csx"));
        Directory.Delete(path);
        using (var file = File.Create(path)) file.SetLength(65L << 20);
        Assert.Contains("larger than", Assert.Throws<IOException>(() => states.Read("recipes/a.csx")).Message, StringComparison.Ordinal);
    }
}
