using System.Text.Json.Serialization;

namespace PlantRuntime.Compiler;

/// <summary>
/// A request: one line of JSON from the host on standard input. Immutable. The host has its own types for these lines; a test compares the
/// two sides property by property, so a property added here is added there too.
/// </summary>
/// <param name="Id">Number of the request; the reply repeats it.</param>
/// <param name="SiteFolder">Absolute path of the site's folder.</param>
/// <param name="Recipe">Path of the recipe from the site's folder, with forward slashes.</param>
/// <param name="ScriptFolders">Absolute folders that <c>#load</c> searches after the loading file's own and the site's.</param>
/// <param name="Generated">C# that the host generates from site.toml, with the class <c>RecipeGuard</c>.</param>
/// <param name="References">Absolute paths of the assemblies that a recipe uses besides the framework's.</param>
/// <param name="Imports">Namespaces that need no <c>using</c>.</param>
/// <param name="Output">
/// Absolute path without extension; <c>.dll</c> and <c>.pdb</c> are written there when there is no error. Null requests no compilation,
/// only the declarations of the loaded scripts.
/// </param>
internal sealed record CompileRequest(
    int Id,
    string SiteFolder,
    string Recipe,
    IReadOnlyList<string> ScriptFolders,
    string Generated,
    IReadOnlyList<string> References,
    IReadOnlyList<string> Imports,
    string? Output);

/// <summary>The reply to a request: one line of JSON to the host on standard output. Immutable.</summary>
/// <param name="Id">Number of the request.</param>
/// <param name="Assembly">Path of the written <c>.dll</c>; null when there is an error.</param>
/// <param name="Symbols">Path of the written <c>.pdb</c>; null when there is an error.</param>
/// <param name="Diagnostics">Errors and warnings, by file, line and column.</param>
/// <param name="Files">The recipe and every file it loads, with the content that was compiled.</param>
/// <param name="Declarations">Declarations of the loaded scripts as C# for editors; null unless they were requested.</param>
internal sealed record CompileReply(
    int Id, string? Assembly, string? Symbols, IReadOnlyList<CompileDiagnostic> Diagnostics, IReadOnlyList<SourceFile> Files,
    string? Declarations = null);

/// <summary>An error or a warning of the compiler, in the form for a site engineer.</summary>
/// <param name="File">
/// Path from the site's folder with forward slashes; absolute for a shared script; <c>&lt;generated&gt;</c> for C# of the host.
/// </param>
/// <param name="Line">Line from 1; 0 for a whole file.</param>
/// <param name="Column">Column from 1; 0 for a whole file.</param>
/// <param name="Id"><c>CS0117</c> for errors of C#, <c>PR0001</c> for rules that apply only to recipes.</param>
/// <param name="IsError">False for a warning.</param>
/// <param name="Message">Text for a site engineer.</param>
internal sealed record CompileDiagnostic(string File, int Line, int Column, string Id, bool IsError, string Message);

/// <summary>A source file of a compilation.</summary>
/// <param name="Path">Absolute path.</param>
/// <param name="Hash">SHA-256 of its bytes, in upper-case hex.</param>
internal sealed record SourceFile(string Path, string Hash);

/// <summary>Serializes the messages with generated code, so that a process that starts uses no reflection.</summary>
[JsonSerializable(typeof(CompileRequest))]
[JsonSerializable(typeof(CompileReply))]
internal sealed partial class MessageJson : JsonSerializerContext;
