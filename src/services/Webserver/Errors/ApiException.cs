namespace Kestra.Webserver.Errors;

/// <summary>An answer that is not a success; <see cref="ErrorResponses"/> writes it.</summary>
/// <param name="status">HTTP status.</param>
/// <param name="reason">The kind of error: the reason phrase and the beginning of the message.</param>
/// <param name="detail">For the user; null leaves the reason alone.</param>
public sealed class ApiException(int status, string reason, string? detail = null, IReadOnlyList<FieldError>? fields = null)
    : Exception(detail is null ? reason : $"{reason}: {detail}")
{
    public int Status { get; } = status;
    public string Reason { get; } = reason;
    public IReadOnlyList<FieldError> Fields { get; } = fields ?? [];

    public static ApiException NotFound(string? detail = null) => new(404, "Not Found", detail);

    public static ApiException BadRequest(string detail) => new(400, "Bad Request", detail);

    /// <summary>What was asked makes no sense, whatever the state of things.</summary>
    public static ApiException IllegalArgument(string detail) => new(422, "Illegal argument", detail);

    /// <summary>What was asked is not possible in the present state.</summary>
    public static ApiException IllegalState(string detail) => new(409, "Illegal state", detail);

    /// <summary>One constraint does not hold.</summary>
    public static ApiException InvalidEntity(string path, string message) => new(422, "Invalid entity", $"{path}: {message}", [new FieldError(path, message)]);

    /// <summary>Several constraints do not hold; each gets a line.</summary>
    public static ApiException InvalidEntity(IReadOnlyList<FieldError> fields) => new(422, "Invalid entity", string.Concat(fields.Select(static field => $"{field.Shown ?? field.Path}: {field.Message}\n")), fields);

    /// <summary>What a call wants to change does not fit what there is.</summary>
    public static ApiException IllegalChange(IReadOnlyList<FieldError> fields) => new(422, "Invalid entity", string.Join(", ", fields.Select(static field => $"{field.Path}: {field.Message}")), fields);

    /// <summary>A parameter that is not of its type.</summary>
    public static ApiException NotConvertible(string argument, string value, string why) => new(422, "Internal server error", $"Failed to convert argument [{argument}] for value [{value}] due to: {why}");
}

/// <param name="Path">What the message is about, for example <c>tasks[0].id</c>.</param>
/// <param name="Shown">The path in joined messages, where it is another one.</param>
public sealed record FieldError(string Path, string Message, string? Shown = null);
