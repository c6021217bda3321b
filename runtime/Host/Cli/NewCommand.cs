using System.CommandLine;
using System.Text.RegularExpressions;
using PlantRuntime.Contracts;
using PlantRuntime.Tools;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// Implements <c>plant new</c>: copies a template from the folder of the program and fills in the name. Runs once per process;
/// writes only new files.
/// </summary>
internal static partial class NewCommand
{
    /// <summary>Creates the command with one subcommand per kind of template.</summary>
    public static Command Create() => new("new", "Create a site, a recipe, a driver or a sink to start from.")
    {
        CreateKind("site", "A folder with site.toml, a first recipe, its test and the files for editors (see plant edit-support).",
            path => path,
            path => $"next: plant test {path}, then plant run {path}",
            (path, cancel) => EditSupportCommand.RunAsync(path, Console.Out, Console.Error, cancel)),
        CreateKind("recipe", "A recipe file; run it in the folder of a site.",
            path => Path.Combine(Path.GetDirectoryName(path)!, "recipes"),
            path => $"next: edit {path}, then plant check"),
        CreateKind("driver", "A driver plugin: one project with one package reference.", path => path,
            path => $"next: dotnet build {path} -o <site>/plugins/{Path.GetFileName(path)}"),
        CreateKind("sink", "A sink plugin: one project with one package reference.", path => path,
            path => $"next: dotnet build {path} -o <site>/plugins/{Path.GetFileName(path)}"),
    };

    /// <summary>Copies a template into <paramref name="target"/>. Never overwrites a file.</summary>
    /// <exception cref="IOException">A file exists already.</exception>
    public static void Copy(string kind, string name, string target)
    {
        var template = Path.Combine(InstallPaths.Templates, kind);
        var files = Directory.GetFiles(template, "*", SearchOption.AllDirectories)
            .Select(file => (From: file, To: Path.Combine(target, Fill(Path.GetRelativePath(template, file), name)))).ToList();
        if (files.FirstOrDefault(f => File.Exists(f.To)).To is { } existing) throw new IOException($"{existing} is there already");
        if (files.Any(f => f.To.EndsWith(".csproj", StringComparison.Ordinal))) CopyPackages(Path.Combine(target, "sdk"));
        foreach (var (from, to) in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.WriteAllText(to, Fill(File.ReadAllText(from), name));
        }
    }

    /// <summary>Copies the package of the contracts, which a plugin is compiled against; one that is there already stays.</summary>
    private static void CopyPackages(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var package in Directory.GetFiles(InstallPaths.Sdk, "*.nupkg"))
        {
            var copy = Path.Combine(folder, Path.GetFileName(package));
            if (!File.Exists(copy)) File.Copy(package, copy);
        }
    }

    /// <summary>Returns why something new cannot have this name, or null.</summary>
    public static string? WhyInvalid(string name) =>
        Name().IsMatch(name) ? null : $"\"{name}\" is not a valid name: use letters, digits, - and _, starting with a letter";

    private static Command CreateKind(
        string kind, string description, Func<string, string> folder, Func<string, string> next,
        Func<string, CancellationToken, Task<int>>? complete = null)
    {
        const string Rule = "Name: letters, digits, - and _; it starts with a letter. A path may stand before it";
        var argument = new Argument<string>("name") { Description = Rule };
        var parent = new Option<string>("--in") { Description = "Folder to create it in", DefaultValueFactory = _ => "." };
        var command = new Command(kind, description) { argument, parent };
        command.SetAction(async (result, cancel) =>
        {
            var path = Path.TrimEndingDirectorySeparator(Path.Combine(result.GetValue(parent)!, result.GetValue(argument)!));
            var name = Path.GetFileName(path);
            if (WhyInvalid(name) is { } reason) return Fail(reason);
            var target = folder(path);
            try
            {
                Copy(kind, name, target);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                return Fail(exception.Message);
            }

            Console.WriteLine($"created {target}");
            Console.WriteLine(next(target));
            return complete is null ? 0 : await complete(target, cancel).ConfigureAwait(false);
        });
        return command;
    }

    private static string Fill(string text, string name) => text
        .Replace("__name__", name, StringComparison.Ordinal)
        .Replace("__Name__", Pascal(name), StringComparison.Ordinal)
        .Replace("__version__", typeof(IPlugin).Assembly.GetName().Version!.ToString(3), StringComparison.Ordinal);

    private static string Pascal(string name) =>
        string.Concat(name.Split('-', '_').Where(w => w.Length > 0).Select(w => char.ToUpperInvariant(w[0]) + w[1..]));

    private static int Fail(string message)
    {
        Console.Error.WriteLine(message);
        return 1;
    }

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_-]*$")]
    private static partial Regex Name();
}
