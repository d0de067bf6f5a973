namespace Kestra.Expressions.Syntax;

/// <summary>The tree of a template.</summary>
/// <param name="At">The place that an error of the node reports.</param>
internal abstract record Node(Place At);

internal sealed record LiteralNode(object? Value, Place At) : Node(At);

internal sealed record VariableNode(string Name, Place At) : Node(At);

/// <param name="Arguments">Present when written with parentheses.</param>
internal sealed record MemberNode(Node Target, Node Key, IReadOnlyList<Node>? Arguments, Place At) : Node(At);

internal sealed record ListNode(IReadOnlyList<Node> Items, Place At) : Node(At);

internal sealed record MapNode(IReadOnlyList<(Node Key, Node Value)> Entries, Place At) : Node(At);

internal sealed record UnaryNode(string Operator, Node Operand, Place At) : Node(At);

internal sealed record BinaryNode(string Operator, Node Left, Node Right, Place At) : Node(At);

internal sealed record TernaryNode(Node Condition, Node Then, Node Else, Place At) : Node(At);

internal sealed record FilterNode(Node Input, string Name, ArgumentsNode Arguments, Place At) : Node(At);

internal sealed record TestNode(Node Input, string Name, ArgumentsNode Arguments, bool Negated, Place At) : Node(At);

internal sealed record CallNode(string Name, ArgumentsNode Arguments, Place At) : Node(At);

/// <param name="Parts">Concatenated; a single one keeps its type.</param>
internal sealed record InterpolationNode(IReadOnlyList<Node> Parts, Place At) : Node(At);

internal sealed record ArgumentsNode(IReadOnlyList<Node> Positional, IReadOnlyList<(string Name, Node Value)> Named, Place At) : Node(At);

internal sealed record BodyNode(IReadOnlyList<Node> Parts, Place At) : Node(At);

internal sealed record TextNode(string Text, Place At) : Node(At);

internal sealed record PrintNode(Node Expression, Place At) : Node(At);

internal sealed record SetNode(string Name, Node Value, Place At) : Node(At);

internal sealed record IfNode(IReadOnlyList<(Node Condition, Node Body)> Branches, Node? Else, Place At) : Node(At);

internal sealed record ForNode(string Name, Node Items, Node Body, Node? Else, Place At) : Node(At);

internal sealed record MacroNode(string Name, IReadOnlyList<(string Name, Node? Default)> Parameters, Node Body, Place At) : Node(At);

internal sealed record BlockNode(string Name, Node Body, Place At) : Node(At);

/// <param name="Filters">Applied to the rendered body, first to last.</param>
internal sealed record FilterTagNode(IReadOnlyList<(string Name, ArgumentsNode Arguments)> Filters, Node Body, Place At) : Node(At);
