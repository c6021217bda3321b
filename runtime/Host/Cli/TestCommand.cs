using System.CommandLine;
using PlantRuntime.Engine.RecipeHost;
using PlantRuntime.Engine.RecipeHost.Run;
using PlantRuntime.Sites;
using PlantRuntime.Sites.Models;
using PlantRuntime.Tools;
using PlantRuntime.Tools.TestRunner;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// Implements <c>plant test</c>: runs the tests of a site's recipes, one after the other, without devices, plugins or a network. Runs once
/// per process; the tests themselves run in <c>Tools/TestRunner</c>.
/// </summary>
internal static class TestCommand
{
    private const int NoTests = 2;

    /// <summary>The longest time of one test.</summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(10);

    /// <summary>Creates the command for <see cref="PlantCommand"/>; parses and runs nothing yet.</summary>
    public static Command Create()
    {
        var site = SiteArgument.Create();
        var filter = new Argument<string?>("filter")
        {
            Description = "Part of a test's name or of its file's",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var junit = new Option<string?>("--junit") { Description = "Also write the results to this file, as JUnit XML" };
        var command = new Command(
            "test",
            "Run the tests of a site, tests/*.test.csx: simulated devices, real recipes, a virtual clock. Touches no device, needs no plugin."
            + " Exit code 1 when a test failed or does not compile, 2 when there is none.") { site, filter, junit };
        command.SetAction((result, cancel) =>
        {
            HeapLimit.Set(new LimitOptions());
            return RunAsync(
                result.GetValue(site)!, result.GetValue(filter), result.GetValue(junit), s_limit, Console.Out, Console.Error, cancel);
        });
        return command;
    }

    /// <summary>Runs the tests and returns the exit code: 0, 1 after a failure, 2 if there is no test.</summary>
    public static async Task<int> RunAsync(
        string folder, string? filter, string? junit, TimeSpan limit, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        folder = Path.GetFullPath(folder);
        var (model, problems) = SiteFile.Load(folder, ExampleEnvironment.Load(folder), sharedFolder: InstallPaths.Scripts);
        SiteContext.Print(problems, errors);
        if (model is null) return 1;
        await using var site = new TestSite(model, InstallPaths.Scripts, TimeProvider.System);
        var report = new TestReport(output);
        try
        {
            await new TestRun(site, limit).RunAsync(filter, report.Add, cancel).ConfigureAwait(false);
            if (junit is not null) JUnitFile.Write(junit, model.Name, report.Results);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            errors.WriteLine(exception.Message);
            return 1;
        }

        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            report.End();
            errors.WriteLine("stopped before all tests had run");
            return 1;
        }

        if (report.Results.Count == 0) return ReportNoTests(model, site, filter, errors);
        report.End();
        return report.Failed > 0 ? 1 : 0;
    }

    private static int ReportNoTests(SiteModel model, TestSite site, string? filter, TextWriter errors)
    {
        if (site.TestFiles.Count > 0)
        {
            errors.WriteLine($"no test has \"{filter}\" in its name or its file's");
            return NoTests;
        }

        var device = model.Devices[0];
        var tag = device.Tags.Count > 0 ? $"{SiteCodeGenerator.Identifier(device.Tags[0].Name)}: 1" : "";
        var sink = model.Sinks.Count > 0 ? $"plant.Sinks.{model.Sinks[0].Name}.ShouldHaveCount(1);" : "";
        errors.WriteLine($$"""
            {{model.Name}} has no tests: they are files like tests/first.test.csx in its folder, for instance

            Test("a scan becomes a record", plant =>
            {
                plant.{{device.Name}}.Scan({{tag}});
                {{sink}}
            });
            """);
        return NoTests;
    }
}
