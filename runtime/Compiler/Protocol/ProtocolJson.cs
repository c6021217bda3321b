using System.Text.Json.Serialization;

namespace PlantRuntime.Compiler.Protocol;

/// <summary>The lines as JSON, generated at build time: nothing is looked up by reflection when a process starts.</summary>
[JsonSerializable(typeof(CompileRequest))]
[JsonSerializable(typeof(CompileReply))]
internal sealed partial class ProtocolJson : JsonSerializerContext;
