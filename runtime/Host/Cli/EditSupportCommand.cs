using System.CommandLine;
using PlantRuntime.Engine.RecipeHost.Build;
using PlantRuntime.Logging;
using PlantRuntime.Sites;
using PlantRuntime.Tools.EditorSupport;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// Implements <c>plant edit-support</c>: writes C# projects with which editors complete names and show errors in the scripts of a site.
/// </summary>
internal static class EditSupportCommand
{
    /// <summary>Creates the command for <see cref="PlantCommand"/>; parses and runs nothing yet.</summary>
    public static Command Create()
    {
        var site = SiteArgument.Create();
        var command = new Command(
            "edit-support",
            $"""
            Write the files with which editors complete names, show errors and find definitions in a site's recipes:
            C# projects in its folder {EditSupport.FolderName}. Open the site in VS Code, or {EditSupport.Solution} in another editor.
            `plant run` and `plant check` keep it up to date from then on; delete the folder to end that.
            """) { site };
        command.SetAction((result, cancel) => RunAsync(result.GetValue(site)!, Console.Out, Console.Error, cancel));
        return command;
    }

    /// <summary>
    /// Writes the files and returns the exit code. Needs only site.toml: a site can be edited on a machine without its plugins.
    /// </summary>
    public static async Task<int> RunAsync(string folder, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        var (model, problems) = EditSupport.Load(folder);
        SiteContext.Print(problems, errors);
        if (model is null) return 1;
        using var log = new PlantLog(TimeProvider.System, LogLevel.Error, []);
        var compiler = SiteContext.CreateCompiler(model, TimeProvider.System);
        await using (compiler.ConfigureAwait(false))
        {
            try
            {
                var changes = await new EditSupport(model.Folder, compiler, log).WriteAsync(model, cancel).ConfigureAwait(false);
                var place = Path.Combine(folder, EditSupport.FolderName);
                output.WriteLine(changes == 0 ? $"{place} is up to date" : $"{changes} files changed in {place}");
                output.WriteLine($"next: open {folder} in VS Code with its C# extension");
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                errors.WriteLine(exception.Message);
                return 1;
            }
        }

        return 0;
    }
}
