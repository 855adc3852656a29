"""What the web server does beside pages: the door, headers, what Streamlit gets wrong."""
