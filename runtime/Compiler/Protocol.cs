using System.Text.Json.Serialization;

namespace PlantRuntime.Compiler;

/// <summary>What the host asks: one JSON object a line on standard input. This file is compiled into both sides.</summary>
/// <param name="Recipe">Absolute path of the recipe.</param>
/// <param name="SearchFolders">Where <c>#load</c> looks, after the folder of the file that asks.</param>
/// <param name="Generated">C# that is compiled together with the recipe.</param>
/// <param name="References">Assemblies apart from the framework's.</param>
/// <param name="Imports">Namespaces that need no <c>using</c>.</param>
/// <param name="Output">Path of the assembly to write; its symbols go beside it with the ending .pdb.</param>
internal sealed record CompileRequest(string Recipe, string[] SearchFolders, string Generated, string[] References, string[] Imports, string Output);

/// <summary>What the compiler answers: one JSON object a line on standard output.</summary>
/// <param name="Success">True when the assembly was written.</param>
/// <param name="Diagnostics">What is wrong, by place.</param>
internal sealed record CompileReply(bool Success, CompileDiagnostic[] Diagnostics);

/// <summary>One error of a recipe.</summary>
/// <param name="File">Absolute path.</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
/// <param name="Id">The compiler's number, for instance CS0117.</param>
/// <param name="Message">What is wrong.</param>
internal sealed record CompileDiagnostic(string File, int Line, int Column, string Id, string Message);

[JsonSerializable(typeof(CompileRequest))]
[JsonSerializable(typeof(CompileReply))]
internal sealed partial class ProtocolJson : JsonSerializerContext;
