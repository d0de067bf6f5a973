using System.Text.Json;

namespace Kestra.Flows.Review;

/// <summary>Whether another flow can be called.</summary>
public enum FlowPresence { Present, Missing, Disabled }

/// <summary>Looks another flow of the tenant up.</summary>
public delegate ValueTask<FlowPresence> FlowLookup(string @namespace, string id, CancellationToken cancellationToken);

/// <summary>What a validation says of one source (§1.9 of the model).</summary>
/// <param name="Constraints">Null for a valid flow.</param>
/// <param name="Outdated">The source was made from an older revision than the last one stored.</param>
/// <param name="Faults">The same as <paramref name="Constraints"/>, all of them, with their places and remedies.</param>
public sealed record FlowReview(string? Constraints, bool Outdated, IReadOnlyList<FlowFault> Faults)
{
    /// <summary>Of the flow; null, like <see cref="Namespace"/>, when the source can't be read.</summary>
    public string? FlowId { get; init; }
    public string? Namespace { get; init; }
    public IReadOnlyList<string> DeprecationPaths { get; init; } = [];
    public IReadOnlyList<string> Warnings { get; init; } = [];
    public IReadOnlyList<string> Infos { get; init; } = [];

    /// <summary>The source could be read as a flow; otherwise the answer has no lists.</summary>
    public bool IsReadable { get; init; }

    /// <param name="index">Of the source among those of the request, from 0.</param>
    /// <param name="filename">Of an uploaded file.</param>
    public void Write(Utf8JsonWriter writer, int index, string? filename = null)
    {
        writer.WriteStartObject();
        writer.WriteNumber("index"u8, index);
        writer.WriteText("filename", filename);
        writer.WriteText("flow", FlowId);
        writer.WriteText("namespace", Namespace);
        writer.WriteText("constraints", Constraints);
        writer.WriteBoolean("outdated"u8, Outdated);
        if (IsReadable)
        {
            writer.WriteTexts("deprecationPaths", DeprecationPaths);
            writer.WriteTexts("warnings", Warnings);
            writer.WriteTexts("infos", Infos);
        }

        writer.WriteEndObject();
    }
}
