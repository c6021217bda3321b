namespace PlantRuntime.Compiler.Protocol;

/// <summary>One line of JSON to the compiler: compile this recipe.</summary>
/// <param name="Id">Comes back in the reply.</param>
/// <param name="SiteFolder">Absolute.</param>
/// <param name="Recipe">Path from the site folder, with forward slashes.</param>
/// <param name="ScriptFolders">Absolute folders that <c>#load</c> looks in after the loading file's own and the site's.</param>
/// <param name="Generated">C# that the host wrote: what is in the site, and the guard.</param>
/// <param name="References">Absolute paths of assemblies besides the framework's.</param>
/// <param name="Imports">Namespaces that need no <c>using</c>.</param>
/// <param name="Output">Absolute path without extension: <c>.dll</c> and <c>.pdb</c> are written there when there is no error. Null: nothing
/// is compiled, only told what the loaded scripts declare.</param>
internal sealed record CompileRequest(
    int Id,
    string SiteFolder,
    string Recipe,
    IReadOnlyList<string> ScriptFolders,
    string Generated,
    IReadOnlyList<string> References,
    IReadOnlyList<string> Imports,
    string? Output);
