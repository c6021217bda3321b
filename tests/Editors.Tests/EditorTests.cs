using PlantRuntime.Editors.Tests.Testing;

namespace PlantRuntime.Editors.Tests;

/// <summary>The completion, errors and definitions that an editor shows for recipes.</summary>
[Trait("Needs", "Process")]
public sealed class EditorTests(EditedSite site) : IClassFixture<EditedSite>
{
    [Theory]
    [InlineData("Plant.", "line", "tank")]
    [InlineData("Sinks.", "lines")]
    [InlineData("Plant.line.", "Scans", "Silent", "Tags")]
    [InlineData("Plant.line.Tags.", "bottles", "speed")]
    [InlineData("Plant.line.Scans.Window(1.Minutes).", "Mean", "Last")]
    [InlineData("Plant.line.Scans.Where(scan => scan.", "Device", "Time")]
    [InlineData("Site.", "Name", "PlantId", "Tenant")]
    [InlineData("30.", "Seconds", "Minutes")]
    public async Task Names_are_completed(string text, params string[] names) =>
        Assert.Superset(names.ToHashSet(), (await site.Editor.CompleteAsync(site.At("recipes/line.csx"), text)).ToHashSet());

    [Theory]
    [InlineData("recipes/line.csx")]
    [InlineData("recipes/hidden.csx")]
    [InlineData("recipes/nothing.csx")]
    [InlineData("recipes/night shift/50% & (more).csx")]
    [InlineData("scripts/pieces.csx")]
    public async Task What_is_right_has_no_error(string file) => Assert.Empty(await site.Editor.ErrorsAsync(site.At(file)));

    [Theory]
    [InlineData("\nPlant.lnie.Scans.To(Sinks.lines);", "2,7: CS0117")]
    [InlineData("Plant.line.Scans.To(Sinks.line);", "1,27: CS0117")]
    [InlineData("Plant.line.Scans.Only(Plant.line.Tags.sped).To(Sinks.lines);", "1,39: CS1061")]
    [InlineData("Plant.line.Scans.Deadband(\"speed\").To(Sinks.lines);", "1,18: CS7036")]
    public async Task A_mistake_is_marked_at_its_place(string text, string expected) =>
        Assert.Equal([expected], await site.Editor.ErrorsAsync(site.At("recipes/line.csx"), text));

    [Theory]
    [InlineData("Plant.line", "simulator, 2 tags")]
    [InlineData("Tags.speed", "sine min=0 max=10 period=10s")]
    [InlineData(".Silent", "Emits an event at the first failed scan")]
    [InlineData("Site.PlantId", "Number of the plant")]
    public async Task Hovering_shows_what_it_is(string words, string expected) =>
        Assert.Contains(expected, await site.Editor.HoverAsync(site.At("recipes/line.csx"), words), StringComparison.Ordinal);

    [Theory]
    [InlineData("Plant.line", "public static line_Device @line")]
    [InlineData("Tags.speed", "public string @speed")]
    [InlineData("Sinks.lines", "public static PlantRuntime.Recipes.SinkRef @lines")]
    public async Task A_name_leads_to_where_it_was_generated(string words, string expected)
    {
        var (file, line) = await site.Editor.DefinitionAsync(site.At("recipes/line.csx"), words);
        Assert.Equal(site.At(".plant/names.cs"), file);
        Assert.StartsWith(expected, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_device_is_offered_without_opening_anything_again()
    {
        await site.AddDeviceAsync("oven");
        var editor = site.Editor.WithFilesAsTheyAre();
        Assert.Contains("oven", await editor.CompleteAsync(site.At("recipes/line.csx"), "Plant."));
        Assert.Contains("heat", await editor.CompleteAsync(site.At("recipes/line.csx"), "Plant.oven.Tags."));
    }

    /// <summary>C# that is no script has no <c>#load</c>: its line is marked, and nothing else.</summary>
    [Fact]
    public async Task A_loaded_script_gives_its_functions_variables_and_types()
    {
        var file = site.At("recipes/loads.csx");
        Assert.Equal(["1,2: CS8097"], await site.Editor.ErrorsAsync(file));
        var offered = await site.Editor.CompleteAsync(file, "");
        Assert.Superset(new HashSet<string> { "High", "limit", "culture", "Shift" }, offered.ToHashSet());
        Assert.Contains("scripts/pieces.csx(4)", await site.Editor.HoverAsync(file, "High"), StringComparison.Ordinal);
        const string Mistake = """High(Plant.line.Scans, "speed", above: "").To(Sinks.lines);""";
        Assert.Equal(["1,40: CS1503"], await site.Editor.ErrorsAsync(file, Mistake));
    }
}
