using System.CommandLine;
using PlantRuntime.Logging;
using PlantRuntime.Sites;
using PlantRuntime.Sites.Text;
using PlantRuntime.Tools.Import.Gateway;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// Implements <c>plant import ini</c>: makes a site of the config.ini of a Modbus gateway. Runs once per process; reads one file, connects
/// to nothing and writes only into a folder that it creates. The reader and the writer are in <c>Tools/Import/Gateway</c>.
/// </summary>
internal static class ImportIniCommand
{
    private const int MaxBytes = 1 << 20;
    private const int MaxProblems = 1000;

    /// <summary>Creates the command for <see cref="ImportCommand"/>; parses and runs nothing yet.</summary>
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "The config.ini: [DEFAULT] and a section [DEVICE_…] for each device" };
        var name = new Option<string>("--name") { Description = "Name of the site and of its folder", DefaultValueFactory = _ => "energy" };
        var parent = new Option<string>("--in") { Description = "Folder to create it in", DefaultValueFactory = _ => "." };
        var command = new Command("ini", """
            Create a site from the config.ini of a Modbus gateway: devices, tags, log, and the service that receives the records. Prints
            what it could not map, with file, line and column. Creates nothing if the file has errors or if the folder exists.
            """) { file, name, parent };
        command.SetAction(result => Run(
            result.GetValue(file)!, result.GetValue(name)!, result.GetValue(parent)!, Console.Out, Console.Error));
        return command;
    }

    private static int Run(string file, string name, string parent, TextWriter output, TextWriter errors)
    {
        if (NewCommand.WhyInvalid(name) is { } reason) return Fail(errors, reason);
        if (BoundedFile.Read(file, MaxBytes, out var problem) is not { } utf8) return Fail(errors, $"{file} {problem}");
        var problems = new ProblemList(MaxProblems);
        var config = Utf8Text.Decode(utf8, file, problems) is { } text ? GatewayConfig.Read(text, file, problems) : null;
        if (config is null || problems.Count > 0)
        {
            SiteContext.Print(problems.Items.OrderBy(p => p.At.Line).ThenBy(p => p.At.Column), errors);
            return Fail(errors, $"{Plural.Format(problems.Count, "error")} in {file}: nothing was created");
        }

        var target = Path.Combine(parent, name);
        if (Path.Exists(target)) return Fail(errors, $"{target} is there already: give another --name, or remove it first");
        try
        {
            Write(target, new GatewaySite(name, config).Files());
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Fail(errors, $"{target}: {exception.Message}");
        }

        output.WriteLine($"created {target}: {Plural.Format(config.Devices.Count, "device")}, "
            + Plural.Format(config.Devices.Sum(d => d.Tags.Count), "tag"));
        foreach (var note in config.Notes) output.WriteLine(LogText.Sanitize($"{note.At}: note: {note.Message}"));
        output.WriteLine($"next: set EMS_API_TOKEN as in {Path.Combine(target, "example.env")}, then plant check {target}");
        return 0;
    }

    private static void Write(string target, IReadOnlyList<(string Path, string Text)> files)
    {
        foreach (var (path, text) in files)
        {
            var file = Path.Combine(target, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            using var stream = new FileStream(file, FileMode.CreateNew, FileAccess.Write);
            using var writer = new StreamWriter(stream);
            writer.Write(text.ReplaceLineEndings("\n"));
        }
    }

    private static int Fail(TextWriter errors, string message)
    {
        errors.WriteLine(LogText.Sanitize(message));
        return 1;
    }
}
