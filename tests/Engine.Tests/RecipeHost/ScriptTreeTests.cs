using PlantRuntime.Conformance;
using PlantRuntime.Engine.RecipeHost;
using PlantRuntime.Sites;
using PlantRuntime.Sites.Text;

namespace PlantRuntime.Engine.Tests.RecipeHost;

/// <summary>Only regular files are listed, each once, and everything else that looks like a script is named.</summary>
[Trait("Needs", "Process")]
public sealed class ScriptTreeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ScriptTreeTests()
    {
        Directory.CreateDirectory(_folder.Of("recipes", "hall"));
        File.WriteAllText(_folder.Of("recipes", "press.csx"), "1");
        File.WriteAllText(_folder.Of("recipes", "hall", "oven.csx"), "2");
    }

    private string Root => _folder.Of("recipes");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Regular_files_are_listed_in_order_and_hidden_ones_are_not()
    {
        File.WriteAllText(_folder.Of("recipes", ".press.csx"), "");
        File.WriteAllText(_folder.Of("recipes", "press.csx~"), "");
        Directory.CreateDirectory(_folder.Of("recipes", ".git"));
        File.WriteAllText(_folder.Of("recipes", ".git", "old.csx"), "");
        ExpectFiles();
        Assert.Empty(ScriptTree.Read(Root).Skipped);
    }

    [SkippableFact]
    public async Task What_is_no_regular_file_is_named_and_not_read()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "pipes are made with mkfifo");
        await UnixFiles.MakePipeAsync(_folder.Of("recipes", "pipe.csx"));
        Directory.CreateDirectory(_folder.Of("recipes", "folder.csx"));
        File.CreateSymbolicLink(_folder.Of("recipes", "dangling.csx"), "nowhere");
        File.CreateSymbolicLink(_folder.Of("recipes", "null.csx"), "/dev/null");
        File.CreateSymbolicLink(_folder.Of("recipes", "self.csx"), "self.csx");
        ExpectFiles();
        Assert.Equal(
            [
                "dangling.csx is a link to nowhere, which does not exist", "folder.csx is a folder",
                "null.csx is a device, not a regular file",
                "pipe.csx is a pipe (FIFO), not a regular file", "self.csx is a link to self.csx, which does not exist",
            ],
            ScriptTree.Read(Root).Skipped.Select(s => $"{Path.GetFileName(s.Path)} {s.Reason}").Order());
        Assert.Null(BoundedFile.Read(_folder.Of("recipes", "pipe.csx"), 100, out var problem));
        Assert.Equal("is a pipe (FIFO), not a regular file", problem);
    }

    [SkippableTheory]
    [InlineData("loop", null)]
    [InlineData("loop", "loop2")]
    [InlineData("a_link_before_its_folder", "hall/up")]
    public void A_link_into_its_own_folder_adds_no_file(string first, string? second)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "the identity of a folder is its inode");
        Directory.CreateSymbolicLink(_folder.Of("recipes", first), Root);
        if (second is not null) Directory.CreateSymbolicLink(_folder.Of(["recipes", .. second.Split('/')]), Root);
        ExpectFiles();
        Assert.Equal(second is null ? 1 : 2, ScriptTree.Read(Root).Skipped
            .Count(s => s.Reason == "is a link to a folder that is read already"));
    }

    [Fact]
    public void A_link_to_another_folder_is_followed_once()
    {
        Directory.CreateDirectory(_folder.Of("shared"));
        File.WriteAllText(_folder.Of("shared", "pump.csx"), "3");
        Directory.CreateSymbolicLink(_folder.Of("recipes", "common"), _folder.Of("shared"));
        Assert.Contains(_folder.Of("recipes", "common", "pump.csx"), ScriptTree.Read(Root).Files);
    }

    [Fact]
    public void A_folder_that_is_away_is_missing_and_one_that_is_no_folder_is_unreadable()
    {
        Directory.Move(Root, _folder.Of("away"));
        Assert.Equal(FolderState.Missing, ScriptTree.Read(Root).State);
        File.WriteAllText(Root, "");
        Assert.Equal(FolderState.Unreadable, ScriptTree.Read(Root).State);
    }

    [SkippableTheory]
    [InlineData(UnixFileMode.UserRead)]
    [InlineData(UnixFileMode.None)]
    [InlineData(UnixFileMode.UserExecute)]
    public void A_folder_without_rights_is_unreadable_and_readable_again(UnixFileMode mode)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "rights of Linux");
        if (!OperatingSystem.IsLinux()) return;
        UnixFiles.GiveToOrdinaryUser(_folder.Path);
        var before = ScriptTree.Read(Root).Stamp;
        var rights = File.GetUnixFileMode(Root);
        File.SetUnixFileMode(Root, mode);
        var tree = UnixFiles.AsOrdinaryUser(() => ScriptTree.Read(Root));
        File.SetUnixFileMode(Root, rights);
        Assert.Equal(FolderState.Unreadable, tree.State);
        Assert.Contains(tree.Skipped, s => s.Reason == "may not be read by the user that runs plant");
        Assert.Equal(before, ScriptTree.Read(Root).Stamp);
    }

    [Fact]
    public void Recipes_of_a_site_that_was_moved_away_are_unknown_and_not_missing()
    {
        File.WriteAllText(_folder.Of("site.toml"), SiteFolder.DefaultSite);
        var sources = new RecipeSources(SiteFile.Load(_folder.Path, _ => null).Model!, _folder.Of("none"));
        var before = sources.Read();
        Assert.Equal((FolderState.Present, 2), (before.State, before.Files.Count));
        var away = _folder.Path + ".away";
        Directory.Move(_folder.Path, away);
        Assert.Equal(FolderState.Unreadable, sources.Read().State);
        Directory.Move(away, _folder.Path);
        Assert.Equal((FolderState.Present, before.Stamp), (sources.Read().State, sources.Read().Stamp));
        Directory.Move(Root, _folder.Of("gone"));
        Assert.Equal(FolderState.Missing, sources.Read().State);
    }

    [Fact]
    public void A_file_that_is_replaced_by_one_of_equal_length_and_time_changes_the_stamp()
    {
        var path = _folder.Of("recipes", "press.csx");
        var written = File.GetLastWriteTimeUtc(path);
        var before = ScriptTree.Read(Root).Stamp;
        File.WriteAllText(_folder.Of("new"), "9");
        File.SetLastWriteTimeUtc(_folder.Of("new"), written);
        File.Move(_folder.Of("new"), path, overwrite: true);
        Assert.Equal(written, File.GetLastWriteTimeUtc(path));
        Assert.NotEqual(before, ScriptTree.Read(Root).Stamp);
    }

    [Fact]
    public void A_folder_with_too_many_entries_is_not_listed_to_its_end()
    {
        for (var i = 0; i <= ScriptTree.MaxEntries; i++) File.CreateSymbolicLink(_folder.Of("recipes", "hall", $"{i}.txt"), "x");
        var tree = ScriptTree.Read(Root);
        Assert.Equal(FolderState.Unreadable, tree.State);
        Assert.Contains(tree.Skipped, s => s.Reason.Contains($"more than {ScriptTree.MaxEntries} entries", StringComparison.Ordinal));
    }

    [Fact]
    public void An_unchanged_folder_is_not_listed_anew_and_hardly_allocates()
    {
        for (var i = 0; i < 200; i++) File.WriteAllText(_folder.Of("recipes", "hall", $"r{i}.csx"), "");
        File.WriteAllText(_folder.Of("recipes", "notes.txt"), "");
        var first = ScriptTree.Read(Root);
        Assert.Same(first, ScriptTree.Read(Root, first));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10; i++) _ = ScriptTree.Read(Root, first);
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 10, 0, 4000);
        var missing = ScriptTree.Read(_folder.Of("none"));
        Assert.Same(missing, ScriptTree.Read(_folder.Of("none"), missing));
    }

    [Theory]
    [InlineData("edited")]
    [InlineData("added")]
    [InlineData("added below")]
    [InlineData("deleted")]
    [InlineData("renamed")]
    [InlineData("exchanged")]
    [InlineData("replaced")]
    [InlineData("folder")]
    [InlineData("link target edited")]
    [InlineData("link target deleted")]
    [InlineData("linked folder")]
    [InlineData("other link")]
    [InlineData("gone")]
    public void Every_change_is_listed_as_by_a_first_listing(string change)
    {
        var (press, oven) = (_folder.Of("recipes", "press.csx"), _folder.Of("recipes", "hall", "oven.csx"));
        Directory.CreateDirectory(_folder.Of("shared"));
        File.WriteAllText(_folder.Of("shared", "pump.csx"), "3");
        File.WriteAllText(_folder.Of("target"), "4");
        Directory.CreateSymbolicLink(_folder.Of("recipes", "common"), _folder.Of("shared"));
        File.CreateSymbolicLink(_folder.Of("recipes", "linked.csx"), _folder.Of("target"));
        File.CreateSymbolicLink(_folder.Of("recipes", "dangling.csx"), _folder.Of("later"));
        var last = ScriptTree.Read(Root);
        Assert.Same(last, ScriptTree.Read(Root, last));
        switch (change)
        {
            case "edited": File.AppendAllText(press, "1"); break;
            case "added": File.WriteAllText(_folder.Of("recipes", "new.csx"), ""); break;
            case "added below": File.WriteAllText(_folder.Of("recipes", "hall", "new.csx"), ""); break;
            case "deleted": File.Delete(oven); break;
            case "renamed": File.Move(press, _folder.Of("recipes", "press2.csx")); break;
            case "exchanged":
                File.Move(press, _folder.Of("kept"));
                File.Move(oven, press);
                File.Move(_folder.Of("kept"), oven);
                break;
            case "replaced":
                File.WriteAllText(_folder.Of("new"), "9");
                File.Move(_folder.Of("new"), press, overwrite: true);
                break;
            case "folder": Directory.CreateDirectory(_folder.Of("recipes", "empty")); break;
            case "link target edited": File.AppendAllText(_folder.Of("target"), "4"); break;
            case "link target deleted": File.Delete(_folder.Of("target")); break;
            case "linked folder": File.WriteAllText(_folder.Of("shared", "new.csx"), ""); break;
            case "other link": File.WriteAllText(_folder.Of("later"), ""); break;
            default: Directory.Move(Root, _folder.Of("away")); break;
        }

        var (now, first) = (ScriptTree.Read(Root, last), ScriptTree.Read(Root));
        Assert.NotSame(last, now);
        Assert.Equal((first.State, first.Stamp), (now.State, now.Stamp));
        Assert.Equal(first.Files, now.Files);
        Assert.Equal(first.Skipped, now.Skipped);
    }

    private void ExpectFiles() =>
        Assert.Equal([_folder.Of("recipes", "hall", "oven.csx"), _folder.Of("recipes", "press.csx")], ScriptTree.Read(Root).Files);
}
