using System.Text.Json;

namespace Kestra.Model.Json;

/// <summary>A definition that stands among values: it writes itself in the form of the document.</summary>
public sealed record WrittenDefinition(Action<Utf8JsonWriter, JsonProfile> Write);
