using System.CommandLine;
using PlantRuntime.Host.Recipes;
using PlantRuntime.Host.Recipes.Running;
using PlantRuntime.Host.Sites;
using PlantRuntime.Host.Testing;

namespace PlantRuntime.Host.Cli;

/// <summary><c>plant test</c>: runs the tests of a site's recipes, without devices, plugins or a network.</summary>
internal static class TestCommand
{
    private const int NoTests = 2;
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(10);

    public static Command Make()
    {
        var site = SiteArgument.Make();
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

    public static async Task<int> RunAsync(
        string folder, string? filter, string? junit, TimeSpan limit, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        folder = Path.GetFullPath(folder);
        var (model, problems) = SiteFile.Load(folder, ExampleEnvironment.Of(folder));
        foreach (var problem in problems) errors.WriteLine(problem);
        if (model is null) return 1;
        await using var site = new TestSite(model, HostFolders.Scripts, TimeProvider.System);
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

        if (report.Results.Count == 0) return SayNone(model, site, filter, errors);
        report.End();
        return report.Failed > 0 ? 1 : 0;
    }

    private static int SayNone(SiteModel model, TestSite site, string? filter, TextWriter errors)
    {
        if (site.TestFiles.Count > 0)
        {
            errors.WriteLine($"no test has \"{filter}\" in its name or its file's");
            return NoTests;
        }

        var device = model.Devices[0];
        var tag = device.Tags.Count > 0 ? $"{SiteSource.Identifier(device.Tags[0].Name)}: 1" : "";
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
